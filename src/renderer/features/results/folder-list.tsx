import { ActionIcon } from '@mantine/core'
import {
  ArrowDown,
  ArrowUp,
  Box,
  Download,
  File,
  FileText,
  Folder as FolderIcon,
  Image,
  Link2,
  Pencil,
  Sheet,
  Star,
} from 'lucide-react'
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import type { FolderQuery, FolderSizes, ResultEntry } from '../../../../contract/results.ts'
import { useFormat } from '../../ui/format.ts'
import { useVisibleRows } from '../../ui/table/window.ts'
import { useMessages } from '../../ui/text.ts'
import { Time } from '../../ui/time.tsx'
import { nameOf, previewKinds, shownName } from './kinds.ts'
import { resultsMessages } from './messages.ts'
import type { Folder } from './use-folder.ts'
import styles from './folder.module.css'

const rowHeight = 30
/** Rows of a short folder; more are scrolled. */
const mostRows = 14
const nothing = () => undefined

export type Sort = Pick<FolderQuery, 'sort' | 'descending'>

const icons = { mesh: Box, image: Image, table: Sheet, text: FileText } as const
function EntryIcon({ entry }: { entry: ResultEntry }) {
  const kind = previewKinds(entry)[0]
  const Icon =
    entry.kind === 'folder' ? FolderIcon : entry.kind === 'input' ? Link2 : kind === undefined ? File : icons[kind]
  return <Icon size={14} className={styles.icon} data-kind={entry.kind} aria-hidden />
}

export interface FolderListProps {
  label: string
  folder: Folder
  /** Found by a filter: the whole path is shown. */
  deep: boolean
  sort: Sort
  onSort: (sort: Sort) => void
  sizes: FolderSizes | undefined
  /** By path; what is selected stays so while one scrolls. */
  selected: ReadonlyMap<string, ResultEntry>
  onSelect: (selected: ReadonlyMap<string, ResultEntry>) => void
  onOpen: (entry: ResultEntry) => void
  onDownload: (entry: ResultEntry) => void
  onRename: (entry: ResultEntry) => void
  onRemove: () => void
  onUp: (() => void) | undefined
  onSeen: (from: number, to: number) => void
}

/** The entries of a folder, only those in view drawn: arrows, Space selects, Enter opens, F2 renames, Delete removes. */
export function FolderList(props: FolderListProps) {
  const { folder, deep, sort, selected, onSeen, sizes } = props
  const say = useMessages(resultsMessages)
  const format = useFormat()
  const domId = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(-1)
  const visible = useVisibleRows(scroller, folder.total, rowHeight, nothing)
  useEffect(() => onSeen(visible.start, visible.end), [onSeen, visible.start, visible.end])

  const go = (index: number) => {
    const bounded = Math.max(0, Math.min(folder.total - 1, index))
    setActive(bounded)
    const element = scroller.current
    if (element === null) return
    const top = bounded * rowHeight
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + 2 * rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + 2 * rowHeight - element.clientHeight
  }
  const toggle = (entry: ResultEntry) => {
    const chosen = new Map(selected)
    if (!chosen.delete(entry.path)) chosen.set(entry.path, entry)
    props.onSelect(chosen)
  }
  const current = folder.at(active)
  const key = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active < 0 ? 0 : active - 1,
      PageDown: active + visible.perPage - 2,
      PageUp: active - visible.perPage + 2,
      Home: 0,
      End: folder.total - 1,
    }
    const move = moves[event.key]
    if (move !== undefined) go(move)
    else if (event.key === 'Enter' && current !== undefined) props.onOpen(current)
    else if (event.key === ' ' && current !== undefined) toggle(current)
    else if (event.key === 'F2' && current?.kind === 'file') props.onRename(current)
    else if (event.key === 'Delete' && selected.size > 0) props.onRemove()
    else if (event.key === 'Backspace' && props.onUp !== undefined) props.onUp()
    else if (event.key === 'Escape' && selected.size > 0) props.onSelect(new Map())
    else return
    event.preventDefault()
  }
  const all = folder.here.length > 0 && folder.here.every(({ path }) => selected.has(path))
  const header = (id: Sort['sort'], text: string, align?: 'end') => {
    const on = sort.sort === id
    const Arrow = sort.descending ? ArrowDown : ArrowUp
    return (
      <div
        role="columnheader"
        aria-sort={on ? (sort.descending ? 'descending' : 'ascending') : 'none'}
        data-align={align}
      >
        <button
          type="button"
          onClick={() => props.onSort({ sort: id, descending: on ? !sort.descending : id !== 'name' })}
        >
          {text}
          {on ? <Arrow size={12} aria-hidden /> : null}
        </button>
      </div>
    )
  }
  const rows = Array.from({ length: Math.max(0, visible.end - visible.start) }, (_, i) => visible.start + i)
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      style={{ height: (Math.min(mostRows, Math.max(1, folder.total)) + 1) * rowHeight + 2 }}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-multiselectable
      aria-rowcount={folder.total + 1}
      aria-activedescendant={active < 0 ? undefined : `${domId}-${active}`}
      onKeyDown={key}
    >
      <div className={styles.head} role="row" aria-rowindex={1}>
        <div role="columnheader">
          <input
            type="checkbox"
            aria-label={say('files.selectAll')}
            checked={all}
            onChange={() => props.onSelect(all ? new Map() : new Map(folder.here.map((entry) => [entry.path, entry])))}
          />
        </div>
        {header('name', say('files.name'))}
        <div role="columnheader">{say('files.class')}</div>
        {header('size', say('files.size'), 'end')}
        {header('modified', say('files.modified'), 'end')}
        <div role="columnheader" aria-label={say('files.actions')} />
      </div>
      <div className={styles.body} role="rowgroup" style={{ height: folder.total * rowHeight }}>
        {rows.map((index) => {
          const entry = folder.at(index)
          const style = { transform: `translateY(${index * rowHeight}px)` }
          if (entry === undefined) return <div key={index} className={styles.row} role="row" aria-busy style={style} />
          const name = shownName(deep ? entry.path : nameOf(entry.path))
          const own = nameOf(entry.path)
          const sum = sizes !== undefined && Object.hasOwn(sizes.folders, own) ? sizes.folders[own] : undefined
          return (
            <div
              key={index}
              id={`${domId}-${index}`}
              className={styles.row}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={selected.has(entry.path)}
              data-active={index === active || undefined}
              style={style}
              onClick={() => setActive(index)}
              onDoubleClick={() => props.onOpen(entry)}
            >
              <div role="gridcell" onDoubleClick={(event) => event.stopPropagation()}>
                <input
                  type="checkbox"
                  tabIndex={-1}
                  checked={selected.has(entry.path)}
                  aria-label={say('files.select', { name })}
                  onChange={() => toggle(entry)}
                />
              </div>
              <div role="gridcell" className={styles.name}>
                <EntryIcon entry={entry} />
                <button type="button" tabIndex={-1} title={name} onClick={() => props.onOpen(entry)}>
                  {name}
                </button>
                {entry.main ? (
                  <Star size={12} className={styles.star} role="img" aria-label={say('files.main')} />
                ) : null}
                {entry.kind === 'input' ? <span className={styles.tag}>{say('files.input')}</span> : null}
              </div>
              <div role="gridcell" className={styles.faint}>
                {entry.kind === 'folder' ? say('files.folder') : entry.class}
              </div>
              <div
                role="gridcell"
                data-align="end"
                title={sum === undefined ? undefined : say('files.inside', { count: sum.files })}
              >
                {/* What a step of a workflow takes from another has no size when it is submitted. */}
                {entry.kind === 'input' && entry.size === 0
                  ? '–'
                  : entry.kind !== 'folder'
                    ? format.bytes(entry.size)
                    : sum === undefined
                      ? ''
                      : `${sizes?.complete === false ? '≥ ' : ''}${format.bytes(sum.bytes)}`}
              </div>
              <div role="gridcell" data-align="end" className={styles.faint}>
                <Time at={entry.modifiedAt} />
              </div>
              <div role="gridcell" className={styles.actions}>
                {entry.kind === 'input' ? null : (
                  <ActionIcon
                    size={24}
                    tabIndex={-1}
                    aria-label={say('rename.do', { name })}
                    title={say('rename.do', { name })}
                    onClick={() => props.onRename(entry)}
                  >
                    <Pencil size={13} aria-hidden />
                  </ActionIcon>
                )}
                <ActionIcon
                  size={24}
                  tabIndex={-1}
                  aria-label={say('download', { name })}
                  title={say('download', { name })}
                  onClick={() => props.onDownload(entry)}
                >
                  <Download size={14} aria-hidden />
                </ActionIcon>
              </div>
            </div>
          )
        })}
      </div>
    </div>
  )
}
