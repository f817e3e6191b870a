import { ActionIcon } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { FolderPlus, RefreshCw } from 'lucide-react'
import { useCallback, useContext, useState, type DragEvent } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { FileClass } from '../../../../contract/file-classes.ts'
import { jobHasEnded, type Job } from '../../../../contract/jobs.ts'
import type { ResultEntry } from '../../../../contract/results.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { useQuery } from '../../app/use-query.ts'
import { AsOf } from '../../ui/as-of.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useFormat } from '../../ui/format.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useMessages } from '../../ui/text.ts'
import { Section } from '../jobs/section.tsx'
import { AsOfContext, useNow } from '../../ui/use-now.ts'
import { pickedFromDrop, takeDrop, wholeOf, type Drop, type Picked } from '../uploads/picked.ts'
import { useLater } from '../outbox/use-later.tsx'
import { FilesBar } from './files-bar.tsx'
import { FilesDialogs, type Asked } from './files-dialogs.tsx'
import { FolderList, type Sort } from './folder-list.tsx'
import { nameOf, parentOf, previewKinds, selectionPath, shownName } from './kinds.ts'
import { resultsMessages } from './messages.ts'
import { SpaceNote } from './space.tsx'
import { UploadButtons } from './upload-buttons.tsx'
import { useDownloads } from './use-download.tsx'
import { useFolder, type FolderView } from './use-folder.ts'
import { usePut } from './use-put.ts'
import styles from './folder.module.css'

/** Seconds between two looks at the folder of a running job. */
const filesInterval = 15
/** Paths in one call. */
const perCall = 1000

const carriesFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files')

/** The job's folder: walked through, searched, looked into, downloaded from and changed. */
export function Files({ site, job }: { site: string; job: Job }) {
  const { id, state } = job
  const services = useServices()
  const say = useMessages(resultsMessages)
  const format = useFormat()
  const running = job.startedAt !== undefined && !jobHasEnded(state)
  const tick = Math.floor(useNow(running) / (filesInterval * 1000))
  const [path, setPath] = useState('')
  const [filter, setFilter] = useState('')
  const [typed] = useDebouncedValue(filter.trim(), 250)
  const [fileClass, setFileClass] = useState<FileClass>()
  const [sort, setSort] = useState<Sort>({ sort: 'name', descending: false })
  const [selected, setSelected] = useState<ReadonlyMap<string, ResultEntry>>(new Map())
  const [seen, setSeen] = useState({ from: 0, to: 1 })
  const [changes, setChanges] = useState(0)
  const [asked, setAsked] = useState<Asked>()
  const [over, setOver] = useState(false)
  const [problem, setProblem] = useState<AppErrorValue>()
  const fresh = useContext(AsOfContext) === undefined
  const version = `${state} ${running ? tick : ''} ${changes} ${fresh}`
  const again = useCallback(() => setChanges((count) => count + 1), [])
  const onSeen = useCallback((from: number, to: number) => setSeen({ from, to }), [])

  const narrowed = {
    ...(typed === '' ? {} : { filter: typed }),
    ...(fileClass === undefined ? {} : { class: fileClass }),
  }
  const deep = typed !== '' || fileClass !== undefined
  const view: FolderView = { path, ...sort, ...narrowed }
  const { folder, error } = useFolder({ site, id }, view, version, seen)
  const hasFolders = folder?.here.some(({ kind }) => kind === 'folder') ?? false
  // Every file below is looked at for it: not again and again while the job runs.
  const sizes = useQuery('results', 'sizes', { site, id, path }, `${state} ${changes}`, hasFolders)
  const downloads = useDownloads(site, id)
  const put = usePut(site, id, again)
  const later = useLater(site)

  const changed = () => {
    setSelected(new Map())
    again()
  }
  const open = (to: string) => {
    setPath(to)
    setFilter('')
    setFileClass(undefined)
    setSelected(new Map())
  }
  const downloadOne = (entry: ResultEntry) =>
    entry.kind === 'folder'
      ? downloads.startMany({ paths: [selectionPath(entry)] }, nameOf(entry.path))
      : downloads.start(entry.path)
  const openEntry = (entry: ResultEntry) => {
    if (entry.kind === 'folder') open(entry.path)
    else if (previewKinds(entry).length > 0) setAsked({ what: 'look', entry })
    else downloadOne(entry)
  }
  /** The selected entries, or all that are shown. */
  const download = () => {
    const entries = [...selected.values()]
    const name = path === '' ? `${job.name} ${id}` : nameOf(path)
    const [only] = entries
    if (only !== undefined && entries.length === 1) downloadOne(only)
    else if (only !== undefined) downloads.startMany({ paths: entries.map(selectionPath) }, name)
    else downloads.startMany({ paths: path === '' ? [] : [`${path}/`], ...narrowed }, name)
  }
  const remove = async (paths: readonly string[]) => {
    setProblem(undefined)
    try {
      for (let from = 0; from < paths.length; from += perCall) {
        const part = paths.slice(from, from + perCall)
        await later.now(() => services.client.call('results', 'remove', { site, id, paths: part }), {
          kind: 'remove-files',
          job: id,
          paths: part,
        })
      }
    } catch (failure) {
      setProblem(errorValue(failure))
    }
    changed()
  }
  const send = (picked: Picked) => void put.send(picked, path)
  const takeIn = async (drop: Drop) => {
    try {
      send(await wholeOf(pickedFromDrop(services, drop)))
    } catch (failure) {
      setProblem(errorValue(failure))
    }
  }
  const step = (entry: ResultEntry, by: 1 | -1) => {
    const files = folder?.here.filter((other) => previewKinds(other).length > 0) ?? []
    const next = files[files.findIndex((other) => other.path === entry.path) + by]
    if (next !== undefined) setAsked({ what: 'look', entry: next })
  }

  const empty = folder?.total === 0
  const errors = [error, downloads.error, put.error, problem].filter((item) => item !== undefined)
  return (
    <Section
      title={say('files.title')}
      note={
        <>
          {folder === undefined || empty
            ? null
            : `${say('files.count', { count: folder.total, size: format.bytes(folder.bytes) })} · `}
          <SpaceNote site={site} version={version} /> <AsOf asOf={folder?.asOf} />
        </>
      }
      actions={
        <>
          <UploadButtons onPicked={send} onError={setProblem} />
          <ActionIcon
            aria-label={later.label(say('folder.new'))}
            title={later.label(say('folder.new'))}
            onClick={() => setAsked({ what: 'folder' })}
          >
            <FolderPlus size={14} aria-hidden />
          </ActionIcon>
          <ActionIcon aria-label={say('files.refresh')} title={say('files.refresh')} onClick={again}>
            <RefreshCw size={14} aria-hidden />
          </ActionIcon>
        </>
      }
    >
      {errors.map((item, index) => (
        <AppError key={index} error={item} site={site} onRetry={item === error ? again : undefined} />
      ))}
      {later.note}
      {put.refused.map(({ name, error: why }) => (
        <ErrorNote key={name} tone="bad" title={say('put.refused', { name: shownName(name) })} text={why.message} />
      ))}
      {put.sending === 0 ? null : <ErrorNote tone="busy" title={say('put.sending', { count: put.sending })} />}
      {downloads.question}
      {downloads.saving === undefined ? null : (
        <ErrorNote tone="busy" title={say('download.saving', { name: shownName(downloads.saving) })} />
      )}
      <FilesBar
        path={path}
        onOpen={open}
        selected={selected.size}
        onRemove={() => setAsked({ what: 'remove', paths: [...selected.keys()] })}
        onDownload={folder === undefined || empty ? undefined : download}
        filter={filter}
        onFilter={setFilter}
        fileClass={fileClass}
        onClass={setFileClass}
      />
      <div
        className={styles.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          if (!carriesFiles(event)) return
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          setOver(false)
          if (!carriesFiles(event)) return
          event.preventDefault()
          void takeIn(takeDrop(event.dataTransfer))
        }}
      >
        {folder === undefined ? (
          error === undefined ? (
            <Skeleton lines={4} />
          ) : null
        ) : empty ? (
          <p className={styles.noMatch}>{say(deep ? 'files.noMatch' : path === '' ? 'files.none' : 'folder.empty')}</p>
        ) : (
          <FolderList
            key={JSON.stringify([path, narrowed])}
            label={say('files.title')}
            folder={folder}
            deep={deep}
            sort={sort}
            onSort={setSort}
            sizes={deep ? undefined : sizes.data}
            selected={selected}
            onSelect={setSelected}
            onOpen={openEntry}
            onDownload={downloadOne}
            onRename={(entry) => setAsked({ what: 'rename', entry })}
            onRemove={() => setAsked({ what: 'remove', paths: [...selected.keys()] })}
            onUp={path === '' ? undefined : () => open(parentOf(path))}
            onSeen={onSeen}
          />
        )}
        {folder?.complete === false ? <p className={styles.noMatch}>{say('files.incomplete')}</p> : null}
      </div>
      <FilesDialogs
        site={site}
        job={job}
        path={path}
        asked={asked}
        later={later}
        onClose={() => setAsked(undefined)}
        onChanged={changed}
        onRemove={remove}
        onDownload={downloadOne}
        onStep={step}
      />
    </Section>
  )
}
