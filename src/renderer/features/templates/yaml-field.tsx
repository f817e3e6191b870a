import { useEffect, useMemo, useRef } from 'react'
import styles from './editor.module.css'

const lineHeight = 20

/** A plain monospace field with line numbers; a wrong line is marked in the gutter and behind the text. */
export function YamlField(props: {
  label: string
  value: string
  readOnly: boolean
  wrongLine: number | undefined
  /** A new object shows and selects that line. */
  shownLine: { line: number } | undefined
  onChange: (text: string) => void
}) {
  const { value, wrongLine, shownLine } = props
  const field = useRef<HTMLTextAreaElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const lines = useMemo(() => value.split('\n'), [value])
  const longest = useMemo(() => lines.reduce((most, line) => Math.max(most, line.length), 0), [lines])

  useEffect(() => {
    const element = field.current
    if (shownLine === undefined || element === null) return
    const text = element.value.split('\n')
    const index = Math.min(Math.max(1, shownLine.line), text.length) - 1
    const start = text.slice(0, index).reduce((sum, line) => sum + line.length + 1, 0)
    element.focus({ preventScroll: true })
    element.setSelectionRange(start, start + (text[index]?.length ?? 0))
    scroller.current?.scrollTo({ top: Math.max(0, index * lineHeight - 120), left: 0 })
  }, [shownLine])

  return (
    <div className={styles.scroller} ref={scroller}>
      <div className={styles.gutter} aria-hidden>
        {lines.map((_, index) => (
          // oxlint cannot know it: a line's number is its identity here.
          <div key={index} data-wrong={wrongLine === index + 1 || undefined}>
            {index + 1}
          </div>
        ))}
      </div>
      <div className={styles.paper}>
        {wrongLine === undefined ? null : (
          <div className={styles.mark} style={{ top: 8 + (wrongLine - 1) * lineHeight }} aria-hidden />
        )}
        <textarea
          ref={field}
          className={styles.text}
          aria-label={props.label}
          aria-invalid={wrongLine === undefined ? undefined : true}
          wrap="off"
          rows={lines.length + 1}
          cols={longest + 8}
          readOnly={props.readOnly}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          value={value}
          onChange={(event) => props.onChange(event.currentTarget.value)}
        />
      </div>
    </div>
  )
}
