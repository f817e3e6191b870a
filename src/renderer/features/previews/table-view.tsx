import { useMemo, useRef } from 'react'
import type { Preview } from '../../../../contract/results.ts'
import { useFormat } from '../../ui/format.ts'
import { useVisibleRows } from '../../ui/table/window.ts'
import { useMessages } from '../../ui/text.ts'
import { previewsMessages } from './messages.ts'
import styles from './preview.module.css'

const rowHeight = 24
const nothing = () => undefined
const isNumber = (value: string) => value.trim() !== '' && Number.isFinite(Number(value))

/** The first rows of a table of values; only those in view are drawn. */
export function TableView({ answer, name }: { answer: Extract<Preview, { as: 'table' }>; name: string }) {
  const say = useMessages(previewsMessages)
  const format = useFormat()
  const scroller = useRef<HTMLDivElement>(null)
  const { header, rows: all, more, encoding, size } = answer
  const rows = header ? all.slice(1) : all
  const columns = Math.max(1, ...all.slice(0, 200).map((row) => row.length))
  const names = useMemo(
    () =>
      Array.from({ length: columns }, (_, i) =>
        header ? (all[0]?.[i] ?? '') : say('table.column', { number: i + 1 }),
      ),
    [all, columns, header, say],
  )
  const widths = useMemo(() => {
    const longest = (i: number) =>
      Math.max(4, names[i]?.length ?? 0, ...all.slice(0, 100).map((row) => row[i]?.length ?? 0))
    return names.map((_, i) => `${Math.min(36, longest(i) + 3)}ch`).join(' ')
  }, [all, names])
  const visible = useVisibleRows(scroller, rows.length, rowHeight, nothing)
  return (
    <>
      <div
        ref={scroller}
        className={styles.grid}
        role="grid"
        tabIndex={0}
        aria-label={name}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns}
      >
        <div
          className={`${styles.gridRow} ${styles.gridHead}`}
          role="row"
          aria-rowindex={1}
          style={{ gridTemplateColumns: widths }}
        >
          {names.map((title, i) => (
            <div key={i} role="columnheader" className={styles.gridCell} title={title}>
              {title}
            </div>
          ))}
        </div>
        <div className={styles.gridBody} role="rowgroup" style={{ height: rows.length * rowHeight }}>
          {rows.slice(visible.start, visible.end).map((row, offset) => {
            const index = visible.start + offset
            return (
              <div
                key={index}
                role="row"
                aria-rowindex={index + 2}
                className={styles.gridRow}
                style={{ gridTemplateColumns: widths, transform: `translateY(${index * rowHeight}px)` }}
              >
                {names.map((_, i) => (
                  <div
                    key={i}
                    role="gridcell"
                    className={styles.gridCell}
                    data-number={isNumber(row[i] ?? '') || undefined}
                  >
                    {row[i] ?? ''}
                  </div>
                ))}
              </div>
            )
          })}
        </div>
      </div>
      <p className={styles.note}>
        {say('table.rows', { count: rows.length })}
        {more ? ` ${say('table.more')}` : ''}{' '}
        {say('size', { size: format.bytes(size), encoding: say(`encoding.${encoding}`) })}
      </p>
    </>
  )
}
