import { useMemo, useRef, type ReactNode } from 'react'
import type { Upload } from '../../../../contract/uploads.ts'
import { useMessages } from '../../ui/text.ts'
import { useVisibleRows } from '../../ui/table/window.ts'
import { uploadsMessages } from './messages.ts'
import { needsFile } from './progress.ts'
import { UploadPreviews } from './upload-preview.tsx'
import { UploadProblem } from './upload-problem.tsx'
import { UploadRow } from './upload-row.tsx'
import styles from './uploads.module.css'

/** Height of a row in pixels, as in uploads.module.css. */
const rowHeight = 40
const ignore = () => undefined
/** More rows than this scroll inside their group, and only the visible ones are drawn. */
const shownAtOnce = 12
/** Problems told in full; the others are in their rows. */
const toldInFull = 3

/** Failed uploads beneath their list, each with its sentence and what helps. */
function Problems({ uploads }: { uploads: readonly Upload[] }) {
  const say = useMessages(uploadsMessages)
  const failed = useMemo(
    () => uploads.filter((upload) => upload.error !== undefined && !needsFile(upload) && upload.state === 'failed'),
    [uploads],
  )
  if (failed.length === 0) return null
  return (
    <div className={styles.problems}>
      {failed.slice(0, toldInFull).map((upload) => (
        <UploadProblem key={upload.id} upload={upload} />
      ))}
      {failed.length > toldInFull ? (
        <p className={styles.faint}>{say('more', { count: failed.length - toldInFull })}</p>
      ) : null}
    </div>
  )
}

/** A list of files; long ones scroll inside and draw only what is visible. */
export function UploadList(props: {
  label: string
  uploads: readonly Upload[]
  purpose?: (upload: Upload) => ReactNode
  onPickAgain: (upload: Upload) => void
}) {
  const { label, uploads, purpose, onPickAgain } = props
  const scroller = useRef<HTMLDivElement>(null)
  const visible = useVisibleRows(scroller, uploads.length, rowHeight, ignore)
  const long = uploads.length > shownAtOnce
  const [start, end] = long ? [visible.start, visible.end] : [0, uploads.length]
  return (
    <UploadPreviews uploads={uploads}>
      <div
        ref={scroller}
        className={styles.list}
        role="group"
        aria-label={label}
        tabIndex={long ? 0 : undefined}
        style={long ? { height: shownAtOnce * rowHeight } : undefined}
      >
        <div style={{ height: uploads.length * rowHeight, paddingTop: start * rowHeight, boxSizing: 'border-box' }}>
          {uploads.slice(start, end).map(({ id }) => (
            <UploadRow key={id} id={id} purpose={purpose} onPickAgain={onPickAgain} />
          ))}
        </div>
      </div>
      <Problems uploads={uploads} />
    </UploadPreviews>
  )
}
