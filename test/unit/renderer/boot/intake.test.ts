import { describe, expect, it } from 'vitest'
import { answerRange, HeldFiles } from '../../../../src/renderer/boot/intake.ts'

const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 251)

describe('intake', () => {
  const files = new HeldFiles()
  const token = files.tokenOf(new File([bytes], 'a.msh'))

  it('answers a range with its id in front, big-endian', async () => {
    const frame = await answerRange(files, { id: 0x01020304, token, offset: 200, length: 300 })
    expect(frame).toBeInstanceOf(Uint8Array)
    expect((frame as Uint8Array).slice(0, 4)).toEqual(Uint8Array.of(1, 2, 3, 4))
    expect((frame as Uint8Array).slice(4)).toEqual(bytes.slice(200, 500))
  })

  it('gives the same file the same token, another file another', () => {
    const file = new File(['x'], 'b')
    expect(files.tokenOf(file)).toBe(files.tokenOf(file))
    expect(files.tokenOf(new File(['x'], 'b'))).not.toBe(files.tokenOf(file))
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
    const broken = files.tokenOf(new Broken(['xxxx'], 'c'))
    const answer = await answerRange(files, { id: 9, token: broken, offset: 0, length: 4 })
    expect(JSON.parse(answer as string)).toEqual({ id: 9, error })
  })
})
