import { Button, Select, TextInput } from '@mantine/core'
import { Download, Search, Trash2 } from 'lucide-react'
import { FileClass } from '../../../../contract/file-classes.ts'
import { useMessages } from '../../ui/text.ts'
import { shownName } from './kinds.ts'
import { resultsMessages } from './messages.ts'
import styles from './folder.module.css'

/** Where one is in the job's folder; every part leads back. */
function Crumbs({ path, onOpen }: { path: string; onOpen: (path: string) => void }) {
  const say = useMessages(resultsMessages)
  const segments = path === '' ? [] : path.split('/')
  return (
    <nav className={styles.crumbs} aria-label={say('folder.where')}>
      {segments.length === 0 ? null : (
        <button type="button" onClick={() => onOpen('')}>
          {say('folder.top')}
        </button>
      )}
      {segments.map((segment, index) => {
        const to = segments.slice(0, index + 1).join('/')
        return (
          <span key={to}>
            <span aria-hidden> / </span>
            {index === segments.length - 1 ? (
              <span aria-current="page">{shownName(segment)}</span>
            ) : (
              <button type="button" onClick={() => onOpen(to)}>
                {shownName(segment)}
              </button>
            )}
          </span>
        )
      })}
    </nav>
  )
}

/** Above the entries of a folder: where one is, what is done with the selected ones, and what is looked for. */
export function FilesBar(props: {
  path: string
  onOpen: (path: string) => void
  selected: number
  onRemove: () => void
  /** Undefined where there is nothing to download. */
  onDownload: (() => void) | undefined
  filter: string
  onFilter: (filter: string) => void
  fileClass: FileClass | undefined
  onClass: (fileClass: FileClass | undefined) => void
}) {
  const { selected, filter, fileClass } = props
  const say = useMessages(resultsMessages)
  const searching = filter.trim() !== '' || fileClass !== undefined
  return (
    <div className={styles.bar}>
      <Crumbs path={props.path} onOpen={props.onOpen} />
      <span className={styles.grow} />
      {selected === 0 ? null : (
        <Button
          variant="default"
          className={styles.danger}
          leftSection={<Trash2 size={14} aria-hidden />}
          onClick={props.onRemove}
        >
          {say('remove.do', { count: selected })}
        </Button>
      )}
      <Button
        variant="default"
        disabled={props.onDownload === undefined}
        leftSection={<Download size={14} aria-hidden />}
        onClick={props.onDownload}
      >
        {selected > 0
          ? say('download.selected', { count: selected })
          : say(searching ? 'download.found' : 'download.all')}
      </Button>
      <Select
        aria-label={say('files.class')}
        placeholder={say('files.anyClass')}
        clearable
        w={120}
        value={fileClass ?? null}
        data={FileClass.anyOf.map(({ const: value }) => value)}
        onChange={(value) => props.onClass(FileClass.anyOf.find(({ const: known }) => known === value)?.const)}
      />
      <TextInput
        w={180}
        value={filter}
        aria-label={say('files.filter')}
        placeholder={say('files.filterHint')}
        leftSection={<Search size={13} aria-hidden />}
        onChange={(event) => props.onFilter(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') props.onFilter('')
        }}
      />
    </div>
  )
}
