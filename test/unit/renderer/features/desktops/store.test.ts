import { describe, expect, it, vi } from 'vitest'
import type { Desktop } from '../../../../../contract/desktops.ts'
import type { Services } from '../../../../../src/renderer/app/services.tsx'
import { desktopsStore } from '../../../../../src/renderer/features/desktops/store.ts'
import { tabsStore } from '../../../../../src/renderer/features/desktops/tabs-store.ts'
import { createClient } from '../../../../../src/rpc/client.ts'
import { memoryPortPair } from '../../../../../src/rpc/memory-port.ts'
import { createServer } from '../../../../../src/rpc/server.ts'
import type { Handlers, StreamSink } from '../../../../../src/rpc/types.ts'
import { desktopWith } from './example.ts'

const picture = (text: string) => `data:image/jpeg;base64,${btoa(text.repeat(2000))}`
/** Of a screen that shows nothing. */
const blank = `data:image/jpeg;base64,${btoa('-'.repeat(1000))}`

/** A window's services over the real rpc, with a core of a few lines behind it. */
function open(methods: Record<string, (input: never) => unknown> = {}) {
  let sink: StreamSink<{ items: Desktop[] }, { put: Desktop[]; gone: string[] }> | undefined
  let ended = 0
  const handlers = {
    desktops: {
      methods: { thumbnails: () => ({ '1832': picture('old'), '7': picture('kept') }), ...methods },
      streams: {
        all: (_: unknown, given: NonNullable<typeof sink>) => {
          sink = given
          given.snapshot({ items: [desktopWith()] })
          return () => {
            ended += 1
          }
        },
      },
    },
  }
  const server = createServer(handlers as unknown as Handlers, {
    onFault: ({ error }) => {
      throw error
    },
  })
  const client = createClient(() => {
    const [window, core] = memoryPortPair()
    server.serve(core)
    return window
  })
  const services: Services = { client, host: {} as Services['host'], info: {} as Services['info'] }
  const store = desktopsStore.of(services)
  const known = () => store.getState().sites.get('a')?.desktops
  return { services, store, known, event: (put: Desktop[]) => sink?.event({ put, gone: [] }), ended: () => ended }
}

describe('desktops of a site', () => {
  it('are followed as long as anybody looks', async () => {
    const { store, known, event, ended } = open()
    const leave = [store.getState().watch('a'), store.getState().watch('a')]
    await vi.waitFor(() => expect(known()?.size).toBe(1))
    event([desktopWith({ state: 'idle' })])
    await vi.waitFor(() => expect(known()?.get('1832')?.state).toBe('idle'))
    leave[0]?.()
    expect(ended()).toBe(0)
    leave[1]?.()
    await vi.waitFor(() => expect(ended()).toBe(1))
  })

  it('show what was asked of them at once', async () => {
    const extend = vi.fn(({ minutes }: { minutes: number }) => desktopWith({ timeMinutes: minutes }))
    const { store, known } = open({ extend })
    store.getState().watch('a')
    await vi.waitFor(() => expect(known()?.size).toBe(1))
    await store.getState().extend('a', '1832', 300)
    expect(known()?.get('1832')?.timeMinutes).toBe(300)
  })

  it('tell the code of a shared one to whoever asked, and keep it nowhere', async () => {
    const code = '1832-Ab3dE6gH'
    const { store } = open({
      share: () => ({ desktop: desktopWith({ sharedSince: desktopWith().submittedAt }), code }),
    })
    expect(await store.getState().share('a', '1832')).toBe(code)
    expect(JSON.stringify([...store.getState().sites])).not.toContain(code)
  })
})

describe('pictures', () => {
  it('of a viewer are newer than those that were kept', async () => {
    const { store } = open({ keepThumbnail: () => ({}) })
    store.getState().show('a', '1832', picture('new'))
    store.getState().watch('a')
    await vi.waitFor(() => expect(store.getState().pictures.get('a 7')).toBe(picture('kept')))
    expect(store.getState().pictures.get('a 1832')).toBe(picture('new'))
  })

  it('are kept now and then, not each', async () => {
    const keepThumbnail = vi.fn(() => ({}))
    const { store } = open({ keepThumbnail })
    for (const text of ['1', '2', '3']) store.getState().show('a', '1832', picture(text))
    await vi.waitFor(() => expect(keepThumbnail).toHaveBeenCalledTimes(1))
    expect(store.getState().pictures.get('a 1832')).toBe(picture('3'))
  })

  it('of an empty screen take the place of no other', () => {
    const { store } = open({ keepThumbnail: () => ({}) })
    const shown = () => store.getState().pictures.get('a 1832')
    store.getState().show('a', '1832', blank)
    expect(shown()).toBe(blank)
    store.getState().show('a', '1832', picture('1'))
    store.getState().show('a', '1832', blank)
    expect(shown()).toBe(picture('1'))
  })

  it('are JPEGs of a small size, and nothing else', () => {
    const { store } = open()
    for (const wrong of ['https://elsewhere.example/x.jpg', 'data:text/html;base64,AAAA', picture('x'.repeat(40))])
      store.getState().show('a', '1832', wrong)
    expect(store.getState().pictures.size).toBe(0)
  })
})

describe('tabs', () => {
  it('hand the first way to a colleague’s desktop to one viewer alone', () => {
    const { services } = open()
    const tabs = tabsStore.of(services).getState()
    const first = { id: '7', name: 'X', ticket: 't', password: 'p', viewOnly: true, clipboard: false }
    tabs.add('a', { id: '7', shared: { code: '7-Ab3dE6gH', name: 'X', first } })
    expect(tabs.takeFirst('a', '7')).toBe(first)
    expect(tabs.takeFirst('a', '7')).toBeUndefined()
    expect(tabs.takeFirst('a', '8')).toBeUndefined()
  })

  it('of one site are not those of another', () => {
    const { services } = open()
    const store = tabsStore.of(services)
    store.getState().add('a', { id: '1' })
    store.getState().add('b', { id: '1' })
    store.getState().close('a', '1')
    expect(store.getState().open.get('a')).toEqual([])
    expect(store.getState().open.get('b')).toEqual([{ id: '1' }])
  })
})
