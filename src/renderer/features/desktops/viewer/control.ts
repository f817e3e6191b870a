import { createStore } from 'zustand'
import { createClipboard, type ClipboardWay } from './clipboard.ts'
import { createConnection, type WayEvents } from './connection.ts'
import { createInput } from './input.ts'
import { modifiers } from './keysyms.ts'
import { placePicture, wantedSize, type Size } from './layout.ts'
import { thumbnailOf } from './pictures.ts'
import type { Preferences } from './preferences.ts'
import { qualityChooser } from './quality.ts'
import { createSession, type Session } from './session.ts'
import { createStats } from './stats.ts'
import { createTypist } from './typist.ts'
import type { Opened, ViewerSource } from './types.ts'
import type { Control, ControlEvents, Stage, View } from './view.ts'

const tick = 1000
/** Seconds between two small pictures, and before the first. */
const pictureEvery = 15
const pictureFirst = 3
/** Seconds without a byte, though one was asked for, after which a connection counts as cut. */
const silence = 20
/** Milliseconds for which the window keeps its size before the remote screen takes it. */
const settle = 250

/** Whether the screen may take the focus by itself: not from somebody who writes or decides something elsewhere. */
function mayFocus(root: HTMLElement): boolean {
  const focused = document.activeElement
  if (focused === null || root.contains(focused)) return true
  return focused.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]') === null
}

/** Keeps one remote screen: its connection, its picture, and what goes to it. */
export function createControl(
  stage: Stage,
  source: ViewerSource,
  start: { preferences: Preferences; viewOnly: boolean; active: boolean },
  events: ControlEvents,
): Control {
  let { preferences, viewOnly, active } = start
  let session: Session | undefined
  let opened: Opened | undefined
  let cut: (() => void) | undefined
  /** The present connection has drawn a picture. */
  let hasPicture = false
  let changed = false
  let seconds = 0
  let nextPicture = pictureFirst
  let silent = 0
  let resizeTimer: ReturnType<typeof setTimeout> | undefined
  const stats = createStats(() => performance.now())
  const chooser = qualityChooser(preferences.quality)
  const view = createStore<View>(() => ({
    state: { kind: 'connecting' },
    size: undefined,
    scale: 1,
    drawn: false,
    resizable: false,
    step: chooser.step,
    figures: undefined,
    hasFence: false,
    clipboard: { way: 'off', readBlocked: false, writeBlocked: false, received: undefined },
    held: [],
  }))
  const isViewOnly = (): boolean => viewOnly || opened?.viewOnly === true
  const windowSize = (): Size => stage.scroller.getBoundingClientRect()

  const typist = createTypist({
    key: (keysym, code, down) => session?.key(keysym, code, down),
    offer: (text) => session?.offer(text),
    get canOffer() {
      return session?.unicodeClipboard === true && opened?.clipboard === true && !isViewOnly()
    },
  })
  const clipboard = createClipboard({
    offer(text) {
      typist.remember(text)
      typist.after(() => session?.offer(text))
    },
    onState: (state) => view.setState({ clipboard: state }),
  })
  const input = createInput({
    root: stage.root,
    field: stage.field,
    canvas: () => session?.canvas,
    typist,
    releaseKeys: () => session?.releaseKeys(),
    onFocus: () => void clipboard.push(),
    onLeave: () => events.onLeave(),
  })

  const place = (): void => {
    const window = windowSize()
    if (session === undefined || session.width === 0 || window.width === 0 || window.height === 0) return
    const { width, height } = session
    const layout = placePicture(preferences.scale, window, { width, height }, devicePixelRatio, preferences.everyPixel)
    const { style } = stage.place
    style.left = `${layout.left}px`
    style.top = `${layout.top}px`
    style.width = `${layout.width}px`
    style.height = `${layout.height}px`
    session.canvas.style.imageRendering = layout.crisp ? 'pixelated' : 'auto'
    session.fit()
    view.setState({ size: { width, height }, scale: layout.scale, resizable: session.resizable })
  }
  const resize = (): void => {
    place()
    clearTimeout(resizeTimer)
    resizeTimer = setTimeout(() => session?.resize(), settle)
  }
  const takePicture = (): void => {
    if (!changed || session === undefined || !hasPicture) return
    changed = false
    const address = thumbnailOf(session.canvas)
    if (address !== undefined) events.onThumbnail(address)
  }
  /** The last picture stays, dimmed, until there is a new one. */
  const keepPicture = (canvas: HTMLCanvasElement): void => {
    if (!hasPicture) return
    hasPicture = false
    canvas.removeAttribute('tabindex')
    canvas.style.width = '100%'
    canvas.style.height = '100%'
    stage.last.replaceChildren(canvas)
  }
  const applyWays = (): void => {
    const only = isViewOnly()
    session?.setViewOnly(only)
    input.setLocal(preferences.localInput && !only)
    const { clipboard: choice } = preferences
    const way: ClipboardWay =
      opened?.clipboard === false
        ? 'forbidden'
        : only
          ? 'view-only'
          : choice === undefined
            ? 'unasked'
            : choice
              ? 'on'
              : 'off'
    clipboard.setWay(way)
    if (session !== undefined) session.canvas.tabIndex = preferences.localInput && !only ? -1 : 0
  }

  const attach = (way: Opened, wayEvents: WayEvents): (() => void) => {
    opened = way
    stats.reset()
    clipboard.begin()
    silent = 0
    view.setState({ drawn: stage.last.firstChild !== null, held: [], hasFence: false })
    hasPicture = false
    const made = createSession(stage.mount, way, {
      onConnected() {
        applyWays()
        place()
        if (!active) made.rest(true)
        wayEvents.onConnected()
        nextPicture = seconds + pictureFirst
        if (active && mayFocus(stage.root)) input.focus()
      },
      onLost: () => gone(() => wayEvents.onLost()),
      onRefused: (detail) => gone(() => wayEvents.onRefused(detail)),
      onName: () => undefined,
      onSize: place,
      onFrame() {
        stats.frame()
        changed = true
        if (hasPicture) return
        hasPicture = true
        stage.last.replaceChildren()
        view.setState({ drawn: true, hasFence: made.hasFence, resizable: made.resizable })
        // Continuous updates are on by now.
        if (!active) made.rest(true)
      },
      onReceived(bytes) {
        silent = 0
        stats.received(bytes)
      },
      onInput() {
        stats.input()
        events.onInput()
      },
      onRoundTrip: (milliseconds) => stats.roundTrip(milliseconds),
      onClipboard(text) {
        typist.remember(text)
        clipboard.received(text)
      },
      onTaken: () => typist.taken(),
      wantedSize: () =>
        active && preferences.scale === 'resize' && windowSize().width > 0
          ? wantedSize(windowSize(), devicePixelRatio, preferences.everyPixel)
          : undefined,
    })
    const gone = (then: () => void): void => {
      takePicture()
      keepPicture(made.canvas)
      typist.clear()
      session = undefined
      then()
    }
    session = made
    const { canvas } = made
    // Keys go to a program behind it: a screen reader passes them on.
    canvas.setAttribute('role', 'application')
    canvas.setAttribute('aria-labelledby', stage.labelId)
    canvas.setAttribute('aria-describedby', stage.hintId)
    made.setLevels(chooser.levels)
    applyWays()
    cut = () => {
      made.close()
      gone(() => wayEvents.onLost())
    }
    return () => {
      made.close()
      gone(() => undefined)
    }
  }
  const connection = createConnection({
    source,
    attach,
    onState(state) {
      view.setState({ state })
      events.onState(state)
    },
  })

  const beat = (): void => {
    seconds += 1
    if (session === undefined || view.getState().state.kind !== 'connected') return
    if (active || seconds % 5 === 0) session.ping()
    silent = session.waiting > 0 ? silent + 1 : 0
    if (silent > silence) return cut?.()
    if (seconds >= nextPicture && active) {
      nextPicture = seconds + pictureEvery
      takePicture()
    }
    if (!active) return
    const figures = stats.figures()
    if (chooser.look({ now: performance.now(), roundTrips: stats.roundTrips, rate: figures.rate }))
      session.setLevels(chooser.levels)
    const known = view.getState()
    if (preferences.figures) view.setState({ figures })
    if (known.step !== chooser.step || known.hasFence !== session.hasFence)
      view.setState({ step: chooser.step, hasFence: session.hasFence })
  }
  const timer = setInterval(beat, tick)
  const observer = new ResizeObserver(resize)
  observer.observe(stage.scroller)
  // The same size in CSS pixels can be another in the screen's own: another zoom, another monitor.
  window.addEventListener('resize', resize)

  return {
    view,
    apply(next, only) {
      const wasQuality = preferences.quality
      preferences = next
      viewOnly = only
      applyWays()
      if (next.quality !== wasQuality) {
        chooser.setMode(next.quality)
        session?.setLevels(chooser.levels)
        view.setState({ step: chooser.step })
      }
      resize()
    },
    setActive(next) {
      if (next === active) return
      active = next
      if (!next) takePicture()
      session?.rest(!next)
      if (!next) return session?.releaseKeys()
      resize()
      input.focus()
    },
    retry: () => connection.retry(),
    focus: () => input.focus(),
    press({ keys }) {
      for (const { keysym, code } of keys) session?.key(keysym, code, true)
      for (const { keysym, code } of keys.toReversed()) session?.key(keysym, code, false)
    },
    toggle(modifier) {
      const { held } = view.getState()
      const isHeld = held.includes(modifier)
      const { keysym, code } = modifiers[modifier]
      session?.key(keysym, code, !isHeld)
      view.setState({ held: isHeld ? held.filter((other) => other !== modifier) : [...held, modifier] })
    },
    type: (text) => typist.text(text),
    send: (text) => clipboard.send(text),
    push: () => void clipboard.push(true),
    picture: () => (hasPicture ? session?.canvas : undefined),
    close() {
      takePicture()
      clearInterval(timer)
      clearTimeout(resizeTimer)
      observer.disconnect()
      window.removeEventListener('resize', resize)
      input.destroy()
      connection.close()
      typist.clear()
      stage.last.replaceChildren()
    },
  }
}
