import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createClipboard,
  longestText,
  type ClipboardState,
  type ClipboardWay,
} from '../../../../../../src/renderer/features/desktops/viewer/clipboard.ts'

const here = { text: '', permission: 'granted', canWrite: true, reads: 0 }

beforeEach(() => {
  Object.assign(here, { text: '', permission: 'granted', canWrite: true, reads: 0 })
  vi.stubGlobal('document', { hasFocus: () => true })
  vi.stubGlobal('navigator', {
    permissions: {
      query: () =>
        here.permission === 'none' ? Promise.reject(new TypeError('no')) : Promise.resolve({ state: here.permission }),
    },
    clipboard: {
      readText: () => {
        here.reads += 1
        return Promise.resolve(here.text)
      },
      writeText: (text: string) => {
        if (!here.canWrite) return Promise.reject(new DOMException('no', 'NotAllowedError'))
        here.text = text
        return Promise.resolve()
      },
    },
  })
})
afterEach(() => void vi.unstubAllGlobals())

function linked(way: ClipboardWay) {
  const offered: string[] = []
  let state: ClipboardState | undefined
  const link = createClipboard({ offer: (text) => offered.push(text), onState: (next) => (state = next) })
  link.setWay(way)
  return { link, offered, state: () => state }
}
const settled = () => new Promise((resolve) => setTimeout(resolve))

describe('clipboard', () => {
  it('passes text both ways, none of it back', async () => {
    const { link, offered } = linked('on')
    here.text = '여기'
    await link.push()
    await link.push()
    expect(offered).toEqual(['여기'])
    link.received('저기')
    await settled()
    expect(here.text).toBe('저기')
    await link.push()
    expect(offered).toEqual(['여기'])
  })

  it.each(['off', 'unasked', 'view-only', 'forbidden'] as const)('passes nothing while it is %s', async (way) => {
    const { link, offered } = linked(way)
    here.text = 'secret'
    await link.push(true)
    link.received('theirs')
    await settled()
    expect([offered, here.text, here.reads]).toEqual([[], 'secret', 0])
  })

  it('keeps what the other side gave for the panel, unless the site forbids it', () => {
    const off = linked('off')
    off.link.received('theirs')
    expect(off.state()?.received).toBe('theirs')
    const forbidden = linked('forbidden')
    forbidden.link.received('theirs')
    forbidden.link.send('mine')
    expect([forbidden.state()?.received, forbidden.offered]).toEqual([undefined, []])
  })

  it('reads without a click only where the browser does not ask each time', async () => {
    const { link, state } = linked('on')
    here.permission = 'prompt'
    await link.push()
    expect(here.reads).toBe(0)
    await link.push(true)
    expect(here.reads).toBe(1)
    here.permission = 'none'
    await link.push()
    expect([here.reads, state()?.readBlocked]).toEqual([1, true])
    here.permission = 'denied'
    await link.push(true)
    expect([here.reads, state()?.readBlocked]).toEqual([1, true])
  })

  it('says when the browser does not let it write', async () => {
    const { link, state } = linked('on')
    here.canWrite = false
    link.received('theirs')
    await settled()
    expect(state()).toMatchObject({ writeBlocked: true, received: 'theirs' })
  })

  it('offers again to another connection, and never too much', async () => {
    const { link, offered } = linked('on')
    here.text = 'a'
    await link.push()
    link.begin()
    await link.push()
    here.text = 'x'.repeat(longestText + 1)
    await link.push()
    expect(offered).toEqual(['a', 'a'])
  })
})
