import { execFile } from 'node:child_process'
import { watch } from 'node:fs'
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Ask } from './questions.ts'

/** Lets the system's `ssh` ask through Headway's window (ssh(1), SSH_ASKPASS): without a terminal and without a socket. */
export interface Askpass {
  environment: Record<string, string>
  /** The user refused something that was asked. */
  readonly refused: boolean
  readonly asked: boolean
  close(): Promise<void>
}

/**
 * Run by ssh with the question as its argument; what it prints is the answer. Question and answer travel by a file and a FIFO
 * in the 0700 folder that the script itself lies in.
 */
const script = `#!/bin/sh
d=$(dirname "$0") || exit 1
mkfifo -m 600 "$d/answer.$$" || exit 1
trap 'rm -f "$d/answer.$$"' EXIT
printf '%s' "\${SSH_ASKPASS_PROMPT:-}" >"$d/kind.$$" || exit 1
printf '%s' "$1" >"$d/asking.$$" && mv "$d/asking.$$" "$d/question.$$" || exit 1
cat "$d/answer.$$"
`

/** For POSIX systems; Windows has no FIFO in its file system. */
export async function createAskpass(host: string, ask: Ask, signal: AbortSignal): Promise<Askpass> {
  const folder = await mkdtemp(join(tmpdir(), 'headway-askpass-'))
  const program = join(folder, 'askpass')
  await writeFile(program, script, { mode: 0o700 })
  let refused = false
  let asked = false
  const seen = new Set<string>()

  async function answer(name: string): Promise<void> {
    const id = name.slice('question.'.length)
    const text = await readFile(join(folder, name), 'utf8')
    const kind = await readFile(join(folder, `kind.${id}`), 'utf8').catch(() => '')
    asked = true
    const response = await respond(text, kind)
    if (response === undefined) refused = true
    const fifo = await open(join(folder, `answer.${id}`), 'w')
    await fifo.write(response ?? '')
    await fifo.close()
  }
  async function respond(text: string, kind: string): Promise<string | undefined> {
    // A touch of a security key: ssh shows it and waits for nobody's answer.
    if (kind === 'none') return ''
    const isConfirmation = kind === 'confirm' || /\(yes\/no/.test(text)
    const prompt = { text: isConfirmation ? 'yes / no' : text, echo: isConfirmation }
    const instruction = isConfirmation ? text : ''
    const given = await ask(host, { kind: 'prompts', name: 'ssh', instruction, prompts: [prompt] }, signal)
    return given?.kind === 'responses' ? (given.responses[0] ?? '') : undefined
  }
  const look = async (): Promise<void> => {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!name.startsWith('question.') || seen.has(name)) continue
      seen.add(name)
      void answer(name).catch(() => undefined)
    }
  }
  const watcher = watch(folder, () => void look())
  watcher.on('error', () => undefined)
  return {
    environment: { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':headway' },
    get refused() {
      return refused
    },
    get asked() {
      return asked
    },
    async close() {
      watcher.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Whether the script above can work here. */
export async function canAskpass(): Promise<boolean> {
  if (process.platform === 'win32') return false
  return promisify(execFile)('/bin/sh', ['-c', 'command -v mkfifo']).then(
    () => true,
    () => false,
  )
}
