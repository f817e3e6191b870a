import { memo, type CSSProperties } from 'react'
import type { LogQuery } from '../../../../contract/logs.ts'
import type { Pen } from './ansi.ts'
import type { LogLine } from './log-window.ts'
import { piecesOf } from './pieces.ts'
import styles from './log.module.css'

const signs = { error: '×', warning: '!' } as const

export interface RowProps {
  line: LogLine
  from: number
  to: number
  number: number | undefined
  /** Room for numbers. */
  digits: number
  isFirst: boolean
  query: LogQuery | undefined
  isCurrent: boolean
  isMatch: boolean
}

/** One row. Whatever it holds is text: never markup. */
export const Row = memo(function Row(props: RowProps) {
  const { line, from, to, number, digits, isFirst, query, isCurrent, isMatch } = props
  const pieces = piecesOf(line, from, to, query)
  return (
    <div
      className={styles.row}
      data-tone={line.tone}
      data-current={isCurrent || undefined}
      data-match={isMatch || undefined}
    >
      <span className={styles.gutter} style={{ width: `${digits + 2}ch` }} aria-hidden>
        {number ?? ''}
        <i>{isFirst && line.tone !== undefined ? signs[line.tone] : ''}</i>
      </span>
      {pieces.length === 0
        ? ' '
        : pieces.map(({ text, pen, isMatch: isMarked }, index) => {
            const Part = isMarked ? 'mark' : 'span'
            const look = lookOf(pen)
            return (
              <Part key={index} {...(look === undefined ? {} : look)}>
                {text}
              </Part>
            )
          })}
    </div>
  )
})

/** A terminal's look in the colours of the theme: what a program chose for a black ground stays legible on any. */
function lookOf(pen: Pen): { className?: string | undefined; style?: CSSProperties } | undefined {
  if (Object.keys(pen).length === 0) return undefined
  const { colour, ground } = pen.inverse === true ? { colour: pen.ground ?? 'paper', ground: pen.colour ?? 'ink' } : pen
  const classes = [
    pen.bold && styles.bold,
    pen.dim && styles.dim,
    pen.italic && styles.italic,
    pen.underline && styles.underline,
  ]
  return {
    className: classes.filter((name) => typeof name === 'string').join(' ') || undefined,
    style: {
      ...(colour === undefined ? {} : { color: inkOf(colour) }),
      ...(ground === undefined ? {} : { background: groundOf(ground) }),
    },
  }
}

function inkOf(colour: number | string): string {
  if (colour === 'paper') return 'var(--hw-sunken)'
  return typeof colour === 'number' ? `var(--ansi-${colour % 8})` : `color-mix(in oklab, ${colour} 55%, var(--hw-text))`
}
function groundOf(ground: number | string): string {
  if (ground === 'ink') return 'var(--hw-text)'
  const colour = typeof ground === 'number' ? `var(--ansi-${ground % 8})` : ground
  return `color-mix(in oklab, ${colour} 22%, transparent)`
}
