import { ActionIcon, Button, Select, TextInput } from '@mantine/core'
import { Download, FolderPlus, RefreshCw, Search, Trash2 } from 'lucide-react'
import { useCallback, useMemo, useState, type DragEvent } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { FileClass } from '../../../../contract/file-classes.ts'
import { jobHasEnded, type Job } from '../../../../contract/jobs.ts'
import type { ResultEntry } from '../../../../contract/results.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { useQuery } from '../../app/use-query.ts'
import { ConfirmByName } from '../../ui/confirm-by-name.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useFormat } from '../../ui/format.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useMessages } from '../../ui/text.ts'
import { Section } from '../jobs/section.tsx'
import { useNow } from '../jobs/use-now.ts'
import { pickedFromDrop, takeDrop, type Picked } from '../new-job/picked.ts'
import { FolderList, type Sort } from './folder-list.tsx'
import { joined, nameOf, parentOf, previewKinds, selectionPath, shownName } from './kinds.ts'
import { resultsMessages } from './messages.ts'
import { NameDialog } from './name-dialog.tsx'
import { Preview } from './preview.tsx'
import { SpaceNote } from './space.tsx'
import { UploadButtons } from './upload-buttons.tsx'
import { useDownloads } from './use-download.ts'
import { useFolder, type FolderView } from './use-folder.ts'
import { usePut } from './use-put.ts'
import styles from './folder.module.css'

/** Seconds between two looks at the folder of a running job. */
const filesInterval = 15

type Asked =
  | { what: 'folder' }
  | { what: 'rename'; entry: ResultEntry }
  | { what: 'remove' }
  | { what: 'look'; entry: ResultEntry }

/** The job's folder: walked through, searched, looked into, downloaded from and changed. */
export function Files({ site, job }: { site: string; job: Job }) {
  const { id, state } = job
  const { client } = useServices()
  const say = useMessages(resultsMessages)
  const format = useFormat()
  const running = job.startedAt !== undefined && !jobHasEnded(state)
  const tick = Math.floor(useNow(running) / (filesInterval * 1000))
  const [path, setPath] = useState('')
  const [filter, setFilter] = useState('')
  const [fileClass, setFileClass] = useState<FileClass>()
  const [sort, setSort] = useState<Sort>({ sort: 'name', descending: false })
  const [selected, setSelected] = useState<ReadonlyMap<string, ResultEntry>>(new Map())
  const [seen, setSeen] = useState({ from: 0, to: 1 })
  const [changes, setChanges] = useState(0)
  const [asked, setAsked] = useState<Asked>()
  const [over, setOver] = useState(false)
  const [problem, setProblem] = useState<AppErrorValue>()
  const version = `${state} ${running ? tick : ''} ${changes}`
  const changed = useCallback(() => setChanges((count) => count + 1), [])
  const onSeen = useCallback((from: number, to: number) => setSeen({ from, to }), [])

  const narrowed = useMemo(
    () => ({
      ...(filter.trim() === '' ? {} : { filter: filter.trim() }),
      ...(fileClass === undefined ? {} : { class: fileClass }),
    }),
    [filter, fileClass],
  )
  const deep = Object.keys(narrowed).length > 0
  const view: FolderView = { path, ...sort, ...narrowed }
  const { folder, error } = useFolder({ site, id }, view, version, seen)
  const hasFolders = folder?.here.some(({ kind }) => kind === 'folder') ?? false
  const sizes = useQuery('results', 'sizes', { site, id, path }, version, hasFolders)
  const downloads = useDownloads(site, id)
  const put = usePut(site, id, changed)

  const open = (to: string) => {
    setPath(to)
    setFilter('')
    setFileClass(undefined)
    setSelected(new Map())
  }
  const openEntry = (entry: ResultEntry) => {
    if (entry.kind === 'folder') open(entry.path)
    else if (previewKinds(entry).length > 0) setAsked({ what: 'look', entry })
    else downloads.start(entry.path)
  }
  const downloadEntry = (entry: ResultEntry) =>
    entry.kind === 'folder'
      ? downloads.startMany({ paths: [selectionPath(entry)] }, nameOf(entry.path))
      : downloads.start(entry.path)
  const folderName = path === '' ? `${job.name} ${id}` : nameOf(path)
  const downloadShown = () => {
    const [only, ...more] = selected.values()
    if (only !== undefined && more.length === 0) downloadEntry(only)
    else if (only !== undefined) downloads.startMany({ paths: [...selected.values()].map(selectionPath) }, folderName)
    else downloads.startMany({ paths: path === '' ? [] : [`${path}/`], ...narrowed }, folderName)
  }
  const remove = async () => {
    setProblem(undefined)
    const paths = [...selected.keys()]
    try {
      // A call takes a thousand.
      for (let from = 0; from < paths.length; from += 1000) {
        await client.call('results', 'remove', { site, id, paths: paths.slice(from, from + 1000) })
      }
      setSelected(new Map())
    } catch (failure) {
      setProblem(errorValue(failure))
    }
    changed()
  }
  const send = (picked: Picked) => void put.send(picked, path)
  const drop = (event: DragEvent) => {
    setOver(false)
    if (!event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
    const taken = takeDrop(event.dataTransfer)
    void pickedFromServices(taken)
  }
  const services = useServices()
  const pickedFromServices = async (taken: ReturnType<typeof takeDrop>) => {
    try {
      send(await pickedFromDrop(services, taken))
    } catch (failure) {
      setProblem(errorValue(failure))
    }
  }
  const step = (entry: ResultEntry, by: 1 | -1) => {
    const files = folder?.here.filter((other) => previewKinds(other).length > 0) ?? []
    const next = files[files.findIndex((other) => other.path === entry.path) + by]
    if (next !== undefined) setAsked({ what: 'look', entry: next })
  }

  const [first] = selected.values()
  const named =
    selected.size === 1 && first !== undefined
      ? shownName(nameOf(first.path))
      : say('remove.count', { count: selected.size })
  const removedNames =
    selected.size === 1
      ? ''
      : `${[...selected.keys()]
          .slice(0, 5)
          .map((item) => shownName(nameOf(item)))
          .join(', ')}${selected.size > 5 ? ' …' : '.'}`
  const crumbs = path === '' ? [] : path.split('/')
  const errors = [error, downloads.error, put.error, problem].filter((item) => item !== undefined)
  const empty = folder !== undefined && folder.total === 0
  return (
    <Section
      title={say('files.title')}
      note={
        <>
          {folder === undefined || empty
            ? null
            : `${say('files.count', { count: folder.total, size: format.bytes(folder.bytes) })} · `}
          <SpaceNote site={site} version={version} />
        </>
      }
      actions={
        <>
          <UploadButtons onPicked={send} onError={setProblem} />
          <ActionIcon
            aria-label={say('folder.new')}
            title={say('folder.new')}
            onClick={() => setAsked({ what: 'folder' })}
          >
            <FolderPlus size={14} aria-hidden />
          </ActionIcon>
          <ActionIcon aria-label={say('files.refresh')} title={say('files.refresh')} onClick={changed}>
            <RefreshCw size={14} aria-hidden />
          </ActionIcon>
        </>
      }
    >
      {errors.map((item, index) => (
        <AppError key={index} error={item} site={site} onRetry={item === error ? changed : undefined} />
      ))}
      {put.refused.map(({ name, error: why }) => (
        <ErrorNote key={name} tone="bad" title={say('put.refused', { name: shownName(name) })} text={why.message} />
      ))}
      {put.sending === 0 ? null : <ErrorNote tone="busy" title={say('put.sending', { count: put.sending })} />}
      {downloads.saving === undefined ? null : (
        <ErrorNote tone="busy" title={say('download.saving', { name: shownName(downloads.saving) })} />
      )}
      <div className={styles.bar}>
        <nav className={styles.crumbs} aria-label={say('folder.where')}>
          {crumbs.length === 0 ? null : (
            <button type="button" onClick={() => open('')}>
              {say('folder.top')}
            </button>
          )}
          {crumbs.map((segment, index) => {
            const to = crumbs.slice(0, index + 1).join('/')
            const last = index === crumbs.length - 1
            return (
              <span key={to}>
                <span aria-hidden> / </span>
                {last ? (
                  <span aria-current="page">{shownName(segment)}</span>
                ) : (
                  <button type="button" onClick={() => open(to)}>
                    {shownName(segment)}
                  </button>
                )}
              </span>
            )
          })}
        </nav>
        <span className={styles.grow} />
        {selected.size === 0 ? null : (
          <Button
            variant="default"
            color="red"
            leftSection={<Trash2 size={14} aria-hidden />}
            onClick={() => setAsked({ what: 'remove' })}
          >
            {say('remove.do', { count: selected.size })}
          </Button>
        )}
        <Button
          variant="default"
          disabled={empty || folder === undefined}
          leftSection={<Download size={14} aria-hidden />}
          onClick={downloadShown}
        >
          {selected.size > 0
            ? say('download.selected', { count: selected.size })
            : deep
              ? say('download.found')
              : say('download.all')}
        </Button>
        <Select
          aria-label={say('files.class')}
          placeholder={say('files.anyClass')}
          clearable
          w={120}
          value={fileClass ?? null}
          data={FileClass.anyOf.map(({ const: value }) => value)}
          onChange={(value) => setFileClass(FileClass.anyOf.find(({ const: known }) => known === value)?.const)}
        />
        <TextInput
          w={180}
          value={filter}
          aria-label={say('files.filter')}
          placeholder={say('files.filterHint')}
          leftSection={<Search size={13} aria-hidden />}
          onChange={(event) => setFilter(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setFilter('')
          }}
        />
      </div>
      <div
        className={styles.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          if (!event.dataTransfer.types.includes('Files')) return
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {folder === undefined ? (
          error === undefined ? (
            <Skeleton lines={4} />
          ) : null
        ) : empty ? (
          <p className={styles.noMatch}>{say(deep ? 'files.noMatch' : path === '' ? 'files.none' : 'folder.empty')}</p>
        ) : (
          <FolderList
            key={JSON.stringify(view)}
            label={say('files.title')}
            folder={folder}
            deep={deep}
            sort={sort}
            onSort={setSort}
            sizes={deep ? undefined : sizes.data}
            selected={selected}
            onSelect={setSelected}
            onOpen={openEntry}
            onDownload={downloadEntry}
            onRename={(entry) => setAsked({ what: 'rename', entry })}
            onRemove={() => setAsked({ what: 'remove' })}
            onUp={path === '' ? undefined : () => open(parentOf(path))}
            onSeen={onSeen}
          />
        )}
        {folder?.complete === false ? <p className={styles.noMatch}>{say('files.incomplete')}</p> : null}
      </div>
      {asked?.what === 'folder' ? (
        <NameDialog
          title={say('folder.new')}
          name=""
          action={say('folder.make')}
          onClose={() => setAsked(undefined)}
          onName={async (name) => {
            await client.call('results', 'makeFolder', { site, id, path: joined(path, name) })
            changed()
          }}
        />
      ) : asked?.what === 'rename' ? (
        <NameDialog
          title={say('rename.do', { name: shownName(nameOf(asked.entry.path)) })}
          name={nameOf(asked.entry.path)}
          action={say('rename.confirm')}
          onClose={() => setAsked(undefined)}
          onName={async (name) => {
            const to = joined(parentOf(asked.entry.path), name)
            await client.call('results', 'rename', { site, id, from: asked.entry.path, to })
            setSelected(new Map())
            changed()
          }}
        />
      ) : asked?.what === 'remove' && selected.size > 0 ? (
        <ConfirmByName
          title={say('remove.title', { name: named })}
          text={`${removedNames} ${say('remove.text')}`}
          name={named}
          action={say('remove.confirm')}
          onConfirm={remove}
          onClose={() => setAsked(undefined)}
        />
      ) : asked?.what === 'look' ? (
        <Preview
          site={site}
          id={id}
          entry={asked.entry}
          onClose={() => setAsked(undefined)}
          onDownload={() => downloadEntry(asked.entry)}
          onStep={(by) => step(asked.entry, by)}
        />
      ) : null}
    </Section>
  )
}
