import { FolderInput, Pause, Play, Trash2 } from 'lucide-react'
import { useMemo } from 'react'
import type { FileClass } from '../../../../contract/file-classes.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import { useServices } from '../../app/services.tsx'
import { useFormat } from '../../ui/format.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import type { Column } from '../../ui/table/columns.ts'
import { useMessages } from '../../ui/text.ts'
import { Time } from '../../ui/time.tsx'
import { classHeading } from './groups.ts'
import { uploadsMessages } from './messages.ts'
import { fractionOf, isUnderWay, progressIn, type Tally } from './progress.ts'
import { UploadActions, UploadBar, UploadNote, UploadState, useDetail } from './row-parts.tsx'
import { RowButton } from './row-button.tsx'
import type { UploadRow } from './rows.ts'
import { uploadsStore, useUpload } from './store.ts'
import { UploadName } from './upload-name.tsx'
import styles from './uploads.module.css'

type GroupRow = Exclude<UploadRow, { kind: 'file' }>

/** What a line of several files comes to. */
function useTally(row: GroupRow): Tally | undefined {
  return uploadsStore.use(({ forms }) => {
    const form = forms.get(row.form)
    return row.kind === 'form' ? form?.tally : form?.classes.find((view) => view.fileClass === row.fileClass)?.tally
  })
}

function ClassName({ row, fileClass }: { row: GroupRow; fileClass: FileClass }) {
  return <span className={styles.className}>{classHeading(fileClass, useTally(row)?.listed ?? 0)}</span>
}

const nameOf = (upload: Upload) => <UploadName upload={upload} />

function Name({ row }: { row: UploadRow }) {
  if (row.kind === 'form') return <strong className="mono">{row.label}</strong>
  if (row.kind === 'class') return <ClassName row={row} fileClass={row.fileClass} />
  return <FileCell id={row.id} cell={nameOf} />
}

function FileCell({ id, cell }: { id: string; cell: (upload: Upload) => React.ReactNode }) {
  const upload = useUpload(id)
  return upload === undefined ? null : cell(upload)
}

function FileProgress({ upload }: { upload: Upload }) {
  const say = useMessages(uploadsMessages)
  const detail = useDetail(upload)
  if (!isUnderWay(upload)) return null
  const words = detail === undefined ? undefined : [detail.extra, detail.text].filter(Boolean).join(' · ')
  return (
    <span className={styles.progressCell}>
      <UploadBar upload={upload} words={words} />
      <span>{say('percent', { percent: Math.floor(fractionOf(upload) * 100) })}</span>
    </span>
  )
}

function GroupProgress({ row }: { row: GroupRow }) {
  const say = useMessages(uploadsMessages)
  const tally = useTally(row)
  if (tally === undefined || tally.underWay === 0) return null
  const label = row.kind === 'form' ? row.label : classHeading(row.fileClass, tally.listed)
  const value = tally.bytes === 0 ? 0 : Math.min(1, tally.sent / tally.bytes)
  return (
    <span className={styles.progressCell}>
      <ProgressBar value={value} label={say('form.progress', { label })} />
      <span>{say('percent', { percent: Math.floor(value * 100) })}</span>
    </span>
  )
}

function GroupNote({ row }: { row: GroupRow }) {
  const say = useMessages(uploadsMessages)
  const format = useFormat()
  const tally = useTally(row)
  if (tally === undefined || tally.count === 0) return null
  const { uploaded, count, failed, bytesPerSecond, secondsLeft } = progressIn(tally)
  const words = [
    uploaded === count
      ? say('form.uploaded')
      : say('form.uploadedOf', { done: format.number(uploaded), total: format.number(count) }),
    ...(failed > 0 ? [say('form.failed', { count: failed })] : []),
    ...(bytesPerSecond > 0 && row.kind === 'form' ? [format.speed(bytesPerSecond)] : []),
    ...(secondsLeft === undefined || row.kind !== 'form' ? [] : [format.timeLeft(secondsLeft)]),
  ]
  const text = words.join(' · ')
  return (
    <span className={styles.noteText} title={text}>
      {text}
    </span>
  )
}

function GroupSize({ row }: { row: GroupRow }) {
  const format = useFormat()
  const tally = useTally(row)
  return tally === undefined || tally.count === 0 ? null : format.bytes(tally.bytes)
}

const icon = (text: string, Icon: typeof Pause, act: () => void) => (
  <RowButton label={text} icon={Icon} tabIndex={-1} onClick={act} />
)

/** What can be done with all of a form: the one of pause and going on that makes sense, clearing what is over. */
function FormActions({ row, onUse }: { row: GroupRow & { kind: 'form' }; onUse: (row: UploadRow) => void }) {
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const tally = useTally(row)
  const { pause, resume, remove } = uploadsStore.of(services).getState()
  if (tally === undefined) return null
  const { label, form } = row
  const run = (act: (ids: string[]) => Promise<void>) => () => {
    const { forms } = uploadsStore.of(services).getState()
    void act(forms.get(form)?.classes.flatMap(({ ids }) => ids) ?? [])
  }
  return (
    <div className={styles.actions}>
      {tally.count === 0 ? null : icon(say('form.use', { label }), FolderInput, () => onUse(row))}
      {tally.pausable > 0
        ? icon(say('form.pause', { label }), Pause, run(pause))
        : tally.paused + tally.retriable > 0
          ? icon(say('form.resume', { label }), Play, run(resume))
          : tally.underWay === 0
            ? icon(say('form.clear', { label }), Trash2, run(remove))
            : null}
    </div>
  )
}

/** The columns; `narrow`: beside the details of a file. */
export function useColumns(
  narrow: boolean,
  onPickAgain: (upload: Upload) => void,
  onUse: (row: UploadRow) => void,
): Column<UploadRow>[] {
  const say = useMessages(uploadsMessages)
  const format = useFormat()
  return useMemo(() => {
    // Lines have an order of their own and follow their uploads by themselves.
    const value = () => ''
    const name: Column<UploadRow> = {
      id: 'name',
      header: say('column.name'),
      width: narrow ? 160 : 190,
      grow: true,
      fixed: true,
      tree: true,
      value,
      cell: (row) => <Name row={row} />,
    }
    const state: Column<UploadRow> = {
      id: 'state',
      header: say('column.state'),
      width: 104,
      value,
      cell: (row) =>
        row.kind === 'file' ? <FileCell id={row.id} cell={(upload) => <UploadState upload={upload} />} /> : null,
    }
    const progress: Column<UploadRow> = {
      id: 'progress',
      header: say('column.progress'),
      width: narrow ? 110 : 130,
      value,
      cell: (row) =>
        row.kind === 'file' ? (
          <FileCell id={row.id} cell={(upload) => <FileProgress upload={upload} />} />
        ) : (
          <GroupProgress row={row} />
        ),
    }
    if (narrow) return [name, state, progress]
    return [
      name,
      state,
      progress,
      {
        id: 'size',
        header: say('column.size'),
        width: 74,
        align: 'end',
        value,
        cell: (row) =>
          row.kind === 'file' ? (
            <FileCell id={row.id} cell={(upload) => format.bytes(upload.size)} />
          ) : (
            <GroupSize row={row} />
          ),
      },
      {
        id: 'note',
        header: say('column.note'),
        width: 170,
        grow: true,
        value,
        cell: (row) =>
          row.kind === 'file' ? (
            <FileCell
              id={row.id}
              cell={(upload) => <UploadNote upload={upload} tabIndex={-1} onPickAgain={onPickAgain} />}
            />
          ) : (
            <GroupNote row={row} />
          ),
      },
      {
        id: 'added',
        header: say('column.added'),
        width: 110,
        align: 'end',
        optional: true,
        value,
        cell: (row) =>
          row.kind === 'file' ? <FileCell id={row.id} cell={(upload) => <Time at={upload.createdAt} />} /> : null,
      },
      {
        id: 'actions',
        header: say('column.actions'),
        width: 66,
        align: 'end',
        fixed: true,
        value,
        cell: (row) =>
          row.kind === 'file' ? (
            <FileCell id={row.id} cell={(upload) => <UploadActions upload={upload} tabIndex={-1} />} />
          ) : row.kind === 'form' ? (
            <FormActions row={row} onUse={onUse} />
          ) : null,
      },
    ]
  }, [say, format, narrow, onPickAgain, onUse])
}
