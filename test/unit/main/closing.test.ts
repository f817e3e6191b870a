import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type * as Closing from '../../../src/main/closing.ts'
import type * as Menu from '../../../src/main/menu.ts'
import { newElectron } from './boot.ts'

/** The end of Headway against the fake of `electron`, without a core: what that would tell is told here. */
type Electron = Awaited<ReturnType<typeof newElectron>>
let started: Electron
let closing: Closing.Closing
let notified: string[]
let shown: number

async function start(tray = true): Promise<void> {
  started = await newElectron()
  const { app, BrowserWindow } = started.electron
  await app.whenReady()
  const { createClosing } = (await started.load('src/main/closing.ts')) as typeof Closing
  const { createTray } = (await started.load('src/main/menu.ts')) as typeof Menu
  notified = []
  shown = 0
  closing = createClosing({
    standing: { unsent: 0, language: 'en' },
    tray: tray ? createTray('tray.png', () => undefined) : undefined,
    notify: ({ title }) => void notified.push(title),
    show: () => (shown += 1),
  })
  const window = new BrowserWindow({})
  expect(state().windows).toEqual([window])
}
const state = () => started.electron.state
const wait = (unsent: number): void => closing.update({ unsent, language: 'en' })
const closeWindows = (): void => state().windows.forEach((window) => window.close())
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

beforeEach(() => start())
afterEach(() => started.cleanUp())

describe('closing the last window', () => {
  test('ends Headway where nothing waits', () => {
    closeWindows()
    expect(state()).toMatchObject({ exit: 0, asked: [] })
  })

  test('goes on in the tray where something waits, which says so, and says when all has gone', () => {
    wait(2)
    expect(state().tooltip).toBe('Headway: 2 entries wait in the outbox.')
    closeWindows()
    expect(state()).toMatchObject({ exit: undefined, windows: [], asked: [] })
    expect(notified).toEqual(['2 entries wait in the outbox.'])
    wait(1)
    wait(0)
    expect(notified).toEqual(['2 entries wait in the outbox.', 'Nothing waits to be sent any more.'])
    expect(state()).toMatchObject({ exit: undefined, tooltip: 'Headway' })
    started.electron.app.quit()
    expect(state().exit).toBe(0)
  })

  test('asks where there is no tray, and opens the window again for whom stays', async () => {
    started.cleanUp()
    await start(false)
    wait(1)
    state().pressed = 0
    closeWindows()
    await settled()
    expect(state().asked).toMatchObject([
      {
        message: '1 entry waits in the outbox.',
        detail: 'It is kept, and sent the next time Headway is open.',
        buttons: ['Keep Headway open', 'Quit'],
      },
    ])
    expect(state().exit).toBeUndefined()
    expect(shown).toBe(1)
  })
})

describe('quitting', () => {
  test('asks no question where nothing waits', () => {
    started.electron.app.quit()
    expect(state()).toMatchObject({ exit: 0, asked: [] })
  })

  test('asks once, however often it is asked for, and ends when the user wants it', async () => {
    wait(3)
    started.electron.app.quit()
    started.electron.app.quit()
    expect(state().asked).toHaveLength(1)
    expect(state()).toMatchObject({ exit: undefined, windows: [{}] })
    started.cleanUp()

    await start()
    wait(3)
    state().pressed = 1
    started.electron.app.quit()
    await settled()
    expect(state()).toMatchObject({ exit: 0, windows: [] })
    expect(state().asked).toMatchObject([
      { message: '3 entries wait in the outbox.', buttons: ['Keep sending in the tray', 'Quit'] },
    ])
  })

  test('leaves the tray sending when the user wants that, and asks again next time', async () => {
    wait(3)
    state().pressed = 0
    started.electron.app.quit()
    await settled()
    expect(state()).toMatchObject({ exit: undefined, windows: [] })
    started.electron.app.quit()
    expect(state().asked).toHaveLength(2)
  })

  test('asks nothing once it is decided, or the system goes down', async () => {
    wait(3)
    closing.settle()
    started.electron.app.quit()
    expect(state()).toMatchObject({ exit: 0, asked: [] })
    started.cleanUp()

    await start()
    wait(3)
    started.electron.powerMonitor.emit('shutdown')
    started.electron.app.quit()
    expect(state()).toMatchObject({ exit: 0, asked: [] })
  })

  test('speaks the language that the user has chosen', () => {
    closing.update({ unsent: 3, language: 'ko' })
    started.electron.app.quit()
    expect(state().asked).toMatchObject([{ buttons: ['트레이에서 계속 보내기', '종료'] }])
  })
})
