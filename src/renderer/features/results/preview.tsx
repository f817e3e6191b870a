import { ActionIcon, SegmentedControl } from '@mantine/core'
import { ChevronLeft, ChevronRight, Download } from 'lucide-react'
import { lazy, Suspense, useMemo, useState, type KeyboardEvent } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import type { Preview as Answer, PreviewKind, ResultEntry } from '../../../../contract/results.ts'
import { AppError } from '../../app/app-error.tsx'
import { useQuery } from '../../app/use-query.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useFormat } from '../../ui/format.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useMessages } from '../../ui/text.ts'
import { LogViewer } from '../logs/log-viewer.tsx'
import { previewKinds, shownName } from './kinds.ts'
import { decodeMesh } from './mesh/decode.ts'
import { resultsMessages } from './messages.ts'
import { TableView } from './table-view.tsx'
import styles from './preview.module.css'

/** Loaded with the first mesh that is looked at. */
const MeshView = lazy(async () => ({ default: (await import('./mesh/mesh-view.tsx')).MeshView }))

const nothing = () => undefined

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => {
  const binary = atob(base64)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

function Picture({ answer, name }: { answer: Extract<Answer, { as: 'image' }>; name: string }) {
  const say = useMessages(resultsMessages)
  const [size, setSize] = useState<{ width: number; height: number }>()
  const [broken, setBroken] = useState(false)
  if (broken) return <ErrorNote tone="bad" title={say('preview.brokenPicture')} text={say('preview.download')} />
  return (
    <div className={styles.picture}>
      {/* The type was found in the bytes. In an <img> nothing of a picture runs, an SVG's scripts neither. */}
      <img
        src={`data:${answer.type};base64,${answer.bytes}`}
        alt={name}
        onError={() => setBroken(true)}
        onLoad={(event) =>
          setSize({ width: event.currentTarget.naturalWidth, height: event.currentTarget.naturalHeight })
        }
      />
      {size === undefined ? null : <p className={styles.note}>{say('preview.pixels', size)}</p>}
    </div>
  )
}

function TextParts({ answer }: { answer: Extract<Answer, { as: 'text' }> }) {
  const say = useMessages(resultsMessages)
  const format = useFormat()
  const bytes = format.bytes(answer.size)
  return (
    <>
      <pre className={styles.text} tabIndex={0}>
        {answer.start}
        {answer.end === undefined ? null : (
          <>
            <span className={styles.cut}>{say('preview.cut', { size: bytes })}</span>
            {answer.end}
          </>
        )}
      </pre>
      <p className={styles.note}>{say('preview.encoding', { encoding: answer.encoding.toUpperCase(), size: bytes })}</p>
    </>
  )
}

function Mesh({ base64, name }: { base64: string; name: string }) {
  const mesh = useMemo(() => decodeMesh(bytesOf(base64)), [base64])
  return (
    <Suspense fallback={<Skeleton lines={8} />}>
      <MeshView mesh={mesh} name={name} />
    </Suspense>
  )
}

function Shown({ answer, name }: { answer: Answer; name: string }) {
  switch (answer.as) {
    case 'mesh':
      return <Mesh key={name} base64={answer.bytes} name={name} />
    case 'image':
      return <Picture key={name} answer={answer} name={name} />
    case 'table':
      return <TableView answer={answer} name={name} />
    default:
      return <TextParts answer={answer} />
  }
}

/** Longer texts are read where they lie, as logs are. */
const longText = 256 * 1024

/** A look at a file, over the page; ← and → go to the one before and after, where there is one. */
export function Preview(props: {
  site: string
  job: Job
  entry: ResultEntry
  onClose: () => void
  onDownload: () => void
  onStep?: ((by: 1 | -1) => void) | undefined
}) {
  const { site, job, entry, onStep } = props
  const { id } = job
  const say = useMessages(resultsMessages)
  const kinds = previewKinds(entry)
  const [chosen, setChosen] = useState<{ path: string; kind: PreviewKind }>()
  const as = chosen?.path === entry.path ? chosen.kind : (kinds[0] ?? 'text')
  const isLong = as === 'text' && entry.kind === 'file' && entry.size > longText
  const look = useQuery('results', 'preview', { site, id, path: entry.path, as }, entry.modifiedAt, !isLong)
  const name = shownName(entry.path)
  const words: Record<PreviewKind, string> = {
    mesh: say('preview.mesh'),
    table: say('preview.table'),
    image: say('preview.image'),
    text: say('preview.text'),
  }
  const key = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : undefined
    const target = event.target as HTMLElement
    // What is scrolled, turned or chosen with these keys keeps them.
    if (step === undefined || target.closest('pre, canvas, input, [role="grid"]') !== null) return
    onStep?.(step)
  }
  return (
    <Dialog title={name} width={1120} onClose={props.onClose}>
      <div className={styles.frame} onKeyDown={key}>
        <div className={styles.bar}>
          {kinds.length > 1 ? (
            <SegmentedControl
              aria-label={say('preview.as')}
              value={as}
              data={kinds.map((kind) => ({ value: kind, label: words[kind] }))}
              onChange={(kind) => setChosen({ path: entry.path, kind })}
            />
          ) : null}
          <span className={styles.grow} />
          {onStep === undefined ? null : (
            <>
              <ActionIcon aria-label={say('preview.before')} title={say('preview.before')} onClick={() => onStep(-1)}>
                <ChevronLeft size={16} aria-hidden />
              </ActionIcon>
              <ActionIcon aria-label={say('preview.after')} title={say('preview.after')} onClick={() => onStep(1)}>
                <ChevronRight size={16} aria-hidden />
              </ActionIcon>
            </>
          )}
          <ActionIcon
            aria-label={say('download', { name })}
            title={say('download', { name })}
            onClick={props.onDownload}
          >
            <Download size={16} aria-hidden />
          </ActionIcon>
        </div>
        {isLong ? (
          <LogViewer
            key={entry.path}
            site={site}
            job={job}
            file={entry.path}
            name={entry.path}
            picker={null}
            onNote={nothing}
          />
        ) : look.error !== undefined ? (
          look.error.code === 'CONFLICT' ? (
            <ErrorNote
              tone="wait"
              title={say('preview.none')}
              text={say('preview.noneBecause', { reason: look.error.data.reason })}
            />
          ) : (
            <AppError error={look.error} site={site} onRetry={look.again} />
          )
        ) : look.data === undefined ? (
          <>
            <Skeleton lines={8} />
            {as === 'mesh' ? <p className={styles.note}>{say('mesh.drawing')}</p> : null}
          </>
        ) : (
          <Shown answer={look.data} name={name} />
        )}
      </div>
    </Dialog>
  )
}
