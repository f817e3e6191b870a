import { Button } from '@mantine/core'
import { FileUp } from 'lucide-react'
import { useEffect, useEffectEvent, useId, useRef, useState, type ReactNode } from 'react'
import { useStore, createStore } from 'zustand'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { useMessages } from '../../../ui/text.ts'
import { createControl } from './control.ts'
import type { Control, View } from './view.ts'
import { leaveKeys } from './keys-menu.tsx'
import { viewerMessages } from './messages.ts'
import { ClipboardQuestion, FiguresBox, StateNote } from './notes.tsx'
import { copyPicture, saveScreenshot, screenshotOf } from './pictures.ts'
import { keepPreferences, loadPreferences, type Preferences } from './preferences.ts'
import { Toolbar } from './toolbar.tsx'
import { TypeDialog } from './type-dialog.tsx'
import type { ViewerSource, ViewerState } from './types.ts'
import { useFileDrop } from './use-file-drop.ts'
import { useFullScreen } from './use-full-screen.ts'
import styles from './viewer.module.css'

export interface ViewerProps {
  /** The same object as long as the same screen is meant: another one closes the connection and opens its own. */
  source: ViewerSource
  /** What it is called until the source tells its name. */
  name?: string
  /** In front of the others. One that is not stays connected; its server sends no pictures meanwhile. */
  active: boolean
  /** Of screens that are alike (a template's id): they share how they are shown. */
  group?: string
  /** Dots per inch that the screen was made for: from 120 on, its pixels are those of the display. */
  dpi?: number
  /** The site's id: lets a user who is signed out go and sign in. */
  site?: string
  onState?: (state: ViewerState) => void
  /** A key or the pointer was sent; many a second. */
  onInput?: () => void
  /** A small JPEG (≤ 320 px wide, a `data:` address ≤ 48 kB), every 15 s if something changed, and at the end. */
  onThumbnail?: (address: string) => void
  /** Files dropped onto the screen or picked for it; absent: none are taken. */
  onFiles?: (files: File[]) => void
  /** Where those go, in words. */
  filesTo?: string
  /** The user closes the screen. */
  onClose?: () => void
  /** Buttons of the caller's, before the viewer's own. */
  actions?: ReactNode
}

const nothing = createStore<View | undefined>(() => undefined)

/** A remote screen: its picture, its keyboard and pointer, and the controls around. */
export function DesktopViewer(props: ViewerProps) {
  const { source, active, group = 'desktop', dpi } = props
  const say = useMessages(viewerMessages)
  const id = useId()
  const root = useRef<HTMLDivElement>(null)
  const stage = useRef<HTMLDivElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const place = useRef<HTMLDivElement>(null)
  const mount = useRef<HTMLDivElement>(null)
  const last = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const [control, setControl] = useState<Control>()
  const [preferences, setPreferences] = useState(() => loadPreferences(group, dpi))
  const [viewOnly, setViewOnly] = useState(false)
  const [inside, setInside] = useState(false)
  const [typing, setTyping] = useState(false)
  const [notice, setNotice] = useState<string>()
  const screen = useFullScreen(root, active)
  const view = useStore(control?.view ?? nothing)

  const leave = () => {
    screen.show()
    root.current?.querySelector<HTMLElement>('[data-viewer-bar] button:not(:disabled)')?.focus()
  }
  const begin = useEffectEvent(() => ({ preferences, viewOnly, active }))
  const onState = useEffectEvent((state: ViewerState) => props.onState?.(state))
  const onInput = useEffectEvent(() => props.onInput?.())
  const onThumbnail = useEffectEvent((address: string) => props.onThumbnail?.(address))
  const onLeave = useEffectEvent(leave)

  useEffect(() => {
    if (
      stage.current === null ||
      scroller.current === null ||
      place.current === null ||
      mount.current === null ||
      last.current === null ||
      field.current === null
    )
      return undefined
    const elements = {
      root: stage.current,
      scroller: scroller.current,
      place: place.current,
      mount: mount.current,
      last: last.current,
      field: field.current,
      labelId: `${id}-label`,
      hintId: `${id}-hint`,
    }
    const made = createControl(elements, source, begin(), { onState, onInput, onThumbnail, onLeave })
    setControl(made)
    return () => made.close()
  }, [source, id])
  useEffect(() => control?.setActive(active), [control, active])
  useEffect(() => control?.apply(preferences, viewOnly), [control, preferences, viewOnly])

  const change = (part: Partial<Preferences>) => {
    const next = { ...preferences, ...part }
    setPreferences(next)
    keepPreferences(group, next)
  }
  const share = (on: boolean) => {
    change({ clipboard: on })
    // Within the click: the browser asks only then.
    control?.apply({ ...preferences, clipboard: on }, viewOnly)
    control?.push()
    control?.focus()
  }
  const screenshot = async (to: 'file' | 'clipboard') => {
    const canvas = control?.picture()
    if (canvas === undefined) return
    const picture = screenshotOf(canvas)
    if (to === 'clipboard' && (await copyPicture(picture))) return
    saveScreenshot(await picture, name)
    if (to === 'clipboard') setNotice(say('screenshot.refused'))
  }
  const takeFiles = (files: File[], folders = 0) => {
    if (folders > 0) setNotice(say('files.folders'))
    if (files.length > 0) props.onFiles?.(files)
  }
  const state = view?.state ?? { kind: 'connecting' as const }
  const name = state.kind === 'connected' ? state.name : (props.name ?? say('nameless'))
  const watches = viewOnly || (state.kind === 'connected' && state.viewOnly)
  const drop = useFileDrop(props.onFiles === undefined || watches ? undefined : takeFiles)
  return (
    <div
      ref={root}
      className={styles.viewer}
      data-full={screen.full || undefined}
      data-inside={inside || undefined}
      data-state={state.kind}
      {...drop.handlers}
    >
      {control === undefined || view === undefined ? null : (
        <Toolbar
          control={control}
          view={view}
          name={name}
          preferences={preferences}
          onPreferences={change}
          viewOnly={viewOnly}
          onViewOnly={setViewOnly}
          full={screen.full}
          away={screen.full && screen.away}
          onFull={screen.toggle}
          onScreenshot={(to) => void screenshot(to)}
          onType={() => setTyping(true)}
          onFiles={props.onFiles === undefined || watches ? undefined : takeFiles}
          onClose={props.onClose}
          actions={props.actions}
        />
      )}
      {screen.full ? (
        <button
          type="button"
          className={styles.handle}
          aria-label={say('fullScreen.bar')}
          title={say('fullScreen.bar')}
          onClick={leave}
        />
      ) : null}
      {view?.clipboard.way === 'unasked' && state.kind === 'connected' ? <ClipboardQuestion onAnswer={share} /> : null}
      {notice === undefined ? null : (
        <ErrorNote tone="busy" title={notice}>
          <DismissNotice onClose={() => setNotice(undefined)} />
        </ErrorNote>
      )}
      <span className={styles.hidden} id={`${id}-label`}>
        {say('screen', { name })}
      </span>
      <span className={styles.hidden} id={`${id}-hint`}>
        {say('leave', { keys: leaveKeys })}
      </span>
      <div className={styles.stage} ref={stage} onFocus={() => setInside(true)} onBlur={() => setInside(false)}>
        <div className={styles.scroller} ref={scroller} data-scale={preferences.scale}>
          <div className={styles.place} ref={place}>
            <div className={styles.mount} ref={mount} />
            <div className={styles.last} ref={last} />
          </div>
        </div>
        <textarea
          ref={field}
          className={styles.field}
          aria-label={say('field', { name })}
          aria-describedby={`${id}-hint`}
          autoCapitalize="off"
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          tabIndex={preferences.localInput && !watches ? 0 : -1}
        />
        <StateNote state={state} site={props.site} onRetry={() => control?.retry()} />
        {view !== undefined && preferences.figures && state.kind === 'connected' ? <FiguresBox view={view} /> : null}
      </div>
      {drop.over ? (
        <div className={styles.drop}>
          <FileUp size={18} aria-hidden />
          {props.filesTo === undefined ? say('files.dropAny') : say('files.drop', { place: props.filesTo })}
        </div>
      ) : null}
      {typing ? (
        <TypeDialog
          onType={(text) => control?.type(text)}
          onClose={() => {
            setTyping(false)
            setTimeout(() => control?.focus())
          }}
        />
      ) : null}
    </div>
  )
}

function DismissNotice({ onClose }: { onClose: () => void }) {
  const say = useMessages(viewerMessages)
  return (
    <Button variant="default" onClick={onClose}>
      {say('dismiss')}
    </Button>
  )
}
