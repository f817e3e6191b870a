import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answerRange, HeldFile } from '../../../../src/renderer/boot/held-files.ts'
import { Intake } from '../../../../src/renderer/boot/intake.ts'

const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 251)

describe('intake', () => {
  const files = new Map<string, HeldFile>()
  const hold = (entry: ConstructorParameters<typeof HeldFile>[0]): string => {
    const token = `t${files.size}`
    files.set(token, new HeldFile(entry))
    return token
  }
  /** As the page holds one that was picked: it cannot be had again. */
  const picked = (file: File): string =>
    hold({ size: file.size, modified: file.lastModified, reopens: false, open: () => Promise.resolve(file) })
  const token = picked(new File([bytes], 'a.msh'))

  it('answers a range with its id in front, big-endian', async () => {
    const frame = await answerRange(files, { id: 0x01020304, token, offset: 200, length: 300 })
    expect(frame).toBeInstanceOf(Uint8Array)
    expect((frame as Uint8Array).slice(0, 4)).toEqual(Uint8Array.of(1, 2, 3, 4))
    expect((frame as Uint8Array).slice(4)).toEqual(bytes.slice(200, 500))
  })

  it('says that a file of before the reload is gone', async () => {
    const answer = await answerRange(files, { id: 7, token: 'unknown', offset: 0, length: 1 })
    expect(JSON.parse(answer as string)).toEqual({ id: 7, error: 'detached' })
  })

  it('says that the file is shorter than asked for', async () => {
    const answer = await answerRange(files, { id: 8, token, offset: 900, length: 101 })
    expect(JSON.parse(answer as string)).toEqual({ id: 8, error: 'changed' })
  })

  it.each([
    ['NotReadableError', 'changed'],
    ['NotFoundError', 'changed'],
    ['SecurityError', 'unreadable'],
  ])('turns %s of the browser into %s', async (name, error) => {
    class Broken extends File {
      override slice(): Blob {
        const blob = new Blob(['xxxx'])
        blob.arrayBuffer = () => Promise.reject(new DOMException('no', name))
        return blob
      }
    }
    const broken = picked(new Broken(['xxxx'], 'c'))
    const answer = await answerRange(files, { id: 9, token: broken, offset: 0, length: 4 })
    expect(JSON.parse(answer as string)).toEqual({ id: 9, error })
  })

  it('opens a file of a folder only when its bytes are asked for, and again once it has changed', async () => {
    let content = 'first'
    let opened = 0
    const entry = {
      size: 5,
      modified: 1000,
      reopens: true,
      open: () => {
        opened += 1
        return Promise.resolve(new File([content], 'd', { lastModified: content === 'first' ? 1000 : 2000 }))
      },
    }
    const held = hold(entry)
    expect(opened).toBe(0)
    const whole = { id: 10, token: held, offset: 0, length: 5 }
    expect(await answerRange(files, whole)).toBeInstanceOf(Uint8Array)
    expect(await answerRange(files, whole)).toBeInstanceOf(Uint8Array)
    expect(opened).toBe(1)
    content = 'second version'
    const renewed: string[] = []
    const answer = await answerRange(files, { id: 11, token: held, offset: 5, length: 5 }, (token) =>
      renewed.push(token),
    )
    expect(JSON.parse(answer as string)).toEqual({ id: 11, error: 'changed' })
    expect(renewed).toEqual([held])
    expect(files.get(held)).toMatchObject({ size: 14, modified: 2000 })
    expect(await answerRange(files, { id: 12, token: held, offset: 0, length: 14 })).toBeInstanceOf(Uint8Array)
  })

  it('says that an entry has changed between the drop and its first byte', async () => {
    const longer = Promise.resolve(new File(['longer'], 'e', { lastModified: 2000 }))
    const held = hold({ size: 3, modified: 1000, reopens: true, open: () => longer })
    const answer = await answerRange(files, { id: 13, token: held, offset: 0, length: 3 })
    expect(JSON.parse(answer as string)).toEqual({ id: 13, error: 'changed' })
  })

  it('has to be given a picked file once more when that has changed', async () => {
    const held = picked(new File(['abc'], 'f'))
    const beyond = { id: 14, token: held, offset: 0, length: 4 }
    expect(JSON.parse((await answerRange(files, beyond)) as string)).toEqual({ id: 14, error: 'changed' })
    expect(JSON.parse((await answerRange(files, beyond)) as string)).toEqual({ id: 14, error: 'detached' })
  })
})

describe("the page's half", () => {
  /** What the worker was told, and the worker's side of the talk. */
  let told: unknown[]
  let ask: (token: string) => void
  beforeEach(() => {
    told = []
    vi.stubGlobal(
      'Worker',
      class extends EventTarget {
        constructor() {
          super()
          ask = (open) => this.dispatchEvent(new MessageEvent('message', { data: { open } }))
        }
        postMessage(message: unknown): void {
          told.push(message)
        }
      },
    )
  })
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('tells of files together, the same one once, and gives one when its bytes are asked for', async () => {
    const intake = new Intake(() => ['headway'])
    const file = new File(['x'], 'b', { lastModified: 1000 })
    const token = intake.hold(file)
    expect(intake.hold(file)).toBe(token)
    const gone = intake.hold({
      size: 3,
      modified: 2000,
      reopens: true,
      open: () => Promise.reject(new DOMException('', 'NotReadableError')),
    })
    expect(gone).not.toBe(token)
    await vi.waitFor(() => expect(told).toHaveLength(2))
    expect(told).toEqual([
      { protocols: ['headway'] },
      {
        held: [
          { token, size: 1, modified: 1000, reopens: false },
          { token: gone, size: 3, modified: 2000, reopens: true },
        ],
      },
    ])
    ask(token)
    ask(gone)
    await vi.waitFor(() => expect(told).toHaveLength(4))
    expect(told.slice(2)).toEqual(
      expect.arrayContaining([
        { opened: token, file },
        { failed: gone, name: 'NotReadableError' },
      ]),
    )
  })
})
