import { ActionIcon, TextInput } from '@mantine/core'
import { ArrowDownToLine, ArrowUpToLine, Pause, Play } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { logsMessages } from './messages.ts'
import { readPlace } from './position.ts'
import type { Viewer, ViewerState } from './viewer.ts'
import styles from './log.module.css'

/** Steps of the bar over the whole file. */
const steps = 1000

/** Where in the file the reader is, and the ways to elsewhere. */
export function StatusBar({ viewer, state, top }: { viewer: Viewer; state: ViewerState; top: number }) {
  const say = useMessages(logsMessages)
  const format = useFormat()
  const { window: part, size = 0, complete, following } = state
  const at = following ? size : (part.lines[top]?.at ?? part.start)
  const isWhole = part.start === 0 && part.end >= size
  const share = size === 0 ? 0 : at / size
  const value = say('place.value', {
    percent: `${format.number(share * 100, share > 0 && share < 0.1 ? 1 : 0)} %`,
    size: format.bytes(size),
  })
  return (
    <div className={styles.status}>
      <ActionIcon aria-label={say('toStart')} title={say('toStart')} onClick={() => viewer.jump(0)}>
        <ArrowUpToLine size={14} aria-hidden />
      </ActionIcon>
      {isWhole ? null : (
        <input
          type="range"
          className={styles.place}
          min={0}
          max={steps}
          step={1}
          value={Math.round(share * steps)}
          aria-label={say('place')}
          aria-valuetext={value}
          onChange={(event) => {
            const step = Number(event.currentTarget.value)
            if (step === steps) viewer.toEnd()
            else viewer.jump(Math.floor((step / steps) * size))
          }}
        />
      )}
      <ActionIcon aria-label={say('toEnd')} title={say('toEnd')} onClick={() => viewer.toEnd()}>
        <ArrowDownToLine size={14} aria-hidden />
      </ActionIcon>
      <GoTo viewer={viewer} state={state} />
      <span>
        {lineWords()}
        {isWhole ? '' : ` · ${say('status.at', { at: format.bytes(at), size: format.bytes(size) })}`}
      </span>
      <span className={styles.spring} />
      {complete ? null : <Follow viewer={viewer} state={state} />}
    </div>
  )

  /** Exact where the file was read from its start, else about, by how long the lines here are. */
  function lineWords(): string {
    const index = following ? part.lines.length - 1 : top
    if (part.firstNumber !== undefined)
      return say('status.line', { number: format.number(Math.max(1, part.firstNumber + index)) })
    const perLine = (part.end - part.start) / Math.max(1, part.lines.length)
    return say('status.about', { number: format.number(roughly(at / Math.max(1, perLine))) })
  }
}

/** Two digits are all that an estimate is worth. */
function roughly(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1)
  return Math.round(value / unit) * unit
}

/** Follows the end, or says how much has come since. */
function Follow({ viewer, state }: { viewer: Viewer; state: ViewerState }) {
  const say = useMessages(logsMessages)
  const format = useFormat()
  const { following, unseen, missed } = state
  const words = following
    ? say('following')
    : unseen === 0
      ? say('paused')
      : say(missed ? 'pausedMore' : 'pausedNew', { count: unseen }).replace(String(unseen), format.number(unseen))
  return (
    <button
      type="button"
      className={styles.follow}
      aria-pressed={following}
      title={say(following ? 'followingHint' : 'pausedHint')}
      onClick={() => viewer.setFollowing(!following)}
    >
      {following ? <Pause size={12} aria-hidden /> : <Play size={12} aria-hidden />}
      {words}
    </button>
  )
}

/** A place by its number: a percentage, a byte, a line. */
function GoTo({ viewer, state }: { viewer: Viewer; state: ViewerState }) {
  const say = useMessages(logsMessages)
  const format = useFormat()
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string>()
  const { window: part, size = 0 } = state
  const go = (event: FormEvent) => {
    event.preventDefault()
    const place = readPlace(text, size)
    if (place === undefined) return setProblem(say('goTo.wrong'))
    const at = 'byte' in place ? place.byte : part.lines[place.line - (part.firstNumber ?? Infinity)]?.at
    if (at === undefined && 'line' in place) return setProblem(say('goTo.unknown', { line: format.number(place.line) }))
    setProblem(undefined)
    setText('')
    if (at !== undefined) viewer.jump(at)
  }
  return (
    <>
      <form onSubmit={go}>
        <TextInput
          className={styles.goTo}
          value={text}
          error={problem !== undefined}
          aria-label={say('goTo')}
          placeholder={say('goTo.hint')}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setProblem(undefined)
          }}
        />
      </form>
      {problem === undefined ? null : (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
    </>
  )
}
