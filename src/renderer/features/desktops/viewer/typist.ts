import { keysym, keysymOf, runsOf } from './keysyms.ts'

/** Where text is typed. */
export interface Keys {
  key(keysym: number, code: string | null, down?: boolean): void
  /** Offers a text to the other side's clipboard. */
  offer(text: string): void
  /** Whether the other side takes any Unicode text from the clipboard. */
  readonly canOffer: boolean
}

/** Puts text and keys into one order. */
export interface Typist {
  text(text: string): void
  /** Runs when all text before is typed; at once where none waits. */
  after(run: () => void): void
  /** A program has taken the text that was offered. */
  taken(): void
  /** What the clipboard of the other side held before text went through it. */
  remember(text: string): void
  readonly busy: boolean
  clear(): void
}

/** Milliseconds that a program may take to fetch what is inserted; one without a text field never does. */
const fetchPatience = 1500
/** Milliseconds after that for it to be where the next key goes. */
const settle = 40
/** Milliseconds without typing until the clipboard is given back. */
const giveBack = 1500
/** Keys that are sent in one go: a long text must not overrun a program that reads slowly. */
const keysAtOnce = 40
const pause = 15

const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

type Task = { text: string } | { run: () => void }

/**
 * Types text. Characters that every X server has a key for are keys; all others are inserted in one piece: offered to the
 * clipboard, then fetched by Shift+Insert, which terminals, GTK and Qt know. Keys behind wait until that is done, or a Return
 * would come before the word. Where the clipboard is not open, they are keys too, as far as the server has free ones.
 */
export function createTypist(keys: Keys): Typist {
  let tasks: Task[] = []
  let busy = false
  let fetched: (() => void) | undefined
  let kept: string | undefined
  let inserted = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const insert = async (text: string): Promise<void> => {
    const taken = new Promise<void>((resolve) => (fetched = resolve))
    keys.offer(text)
    keys.key(keysym.shift, 'ShiftLeft', true)
    keys.key(keysym.insert, 'Insert')
    keys.key(keysym.shift, 'ShiftLeft', false)
    inserted = true
    await Promise.race([taken, wait(fetchPatience)])
    fetched = undefined
    await wait(settle)
  }
  const press = async (text: string): Promise<void> => {
    let count = 0
    for (const character of text) {
      keys.key(keysymOf(character), null)
      count += 1
      if (count % keysAtOnce === 0) await wait(pause)
    }
  }
  const type = async (text: string): Promise<void> => {
    for (const run of runsOf(text)) {
      if (run.keys || !keys.canOffer) await press(run.text)
      else await insert(run.text)
    }
  }
  const restore = (): void => {
    if (busy || !inserted) return
    inserted = false
    if (kept !== undefined) keys.offer(kept)
  }
  const work = async (): Promise<void> => {
    busy = true
    clearTimeout(timer)
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
      if ('run' in task) task.run()
      else await type(task.text)
    }
    busy = false
    if (inserted) timer = setTimeout(restore, giveBack)
  }
  return {
    text(text) {
      if (text === '') return
      const last = tasks.at(-1)
      // Syllables that were composed while the last were inserted go together.
      if (last !== undefined && 'text' in last) last.text += text
      else tasks.push({ text })
      if (!busy) void work()
    },
    after(run) {
      if (!busy) return run()
      tasks.push({ run })
    },
    taken: () => fetched?.(),
    remember: (text) => void (kept = text),
    get busy() {
      return busy
    },
    clear() {
      tasks = []
      fetched?.()
      inserted = false
      clearTimeout(timer)
    },
  }
}
