import { ActionIcon, NativeSelect } from '@mantine/core'
import { CircleCheck, Inbox, X } from 'lucide-react'
import { useCallback, useId, useMemo } from 'react'
import type { FileSlot, Template } from '../../../../contract/templates.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import { useServices } from '../../app/services.tsx'
import { useFormat } from '../../ui/format.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { classHeading, groupByClass } from '../uploads/groups.ts'
import { usePickAgain } from '../uploads/pick-again.tsx'
import type { Picks } from '../uploads/picked.ts'
import { uploadsStore } from '../uploads/store.ts'
import { UploadList } from '../uploads/upload-list.tsx'
import type { ReusedFile } from './draft.ts'
import { FileButtons } from './file-buttons.tsx'
import { FileNotices } from './file-notices.tsx'
import type { FormState } from './form-store.ts'
import { newJobMessages } from './messages.ts'
import type { Rivalry } from './rivals.ts'
import { SlotChoice } from './slot-choice.tsx'
import { SlotTable } from './slot-table.tsx'
import { accepts } from './slots.ts'
import styles from './form.module.css'

const inSlot = (slot: string | undefined) => (slot === undefined ? {} : { slot })

/** Chooses what a file is for; only slots that accept it are offered. */
function SlotPicker(props: {
  slots: readonly FileSlot[]
  name: string
  slot: string | undefined
  onChange: (slot: string | undefined) => void
}) {
  const { slots, name, slot, onChange } = props
  const say = useMessages(newJobMessages)
  const language = useLanguage()
  const fitting = slots.filter((candidate) => accepts(candidate, name) || candidate.key === slot)
  return (
    <NativeSelect
      size="xs"
      className={styles.slotPicker}
      value={slot ?? ''}
      aria-label={say('files.slotOf', { name })}
      title={slot === undefined ? say('files.extraHint') : undefined}
      data={[
        ...fitting.map(({ key, label }) => ({ value: key, label: textIn(label, language) })),
        { value: '', label: say('files.extra') },
      ]}
      onChange={(event) => onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
    />
  )
}

/** Files of the job that is submitted again: they need not be sent. */
function ReusedFiles(props: {
  job: string
  files: readonly ReusedFile[]
  slots: readonly FileSlot[]
  onChange: (agentUploadId: string, file: ReusedFile | undefined) => void
}) {
  const { job, files, slots, onChange } = props
  const say = useMessages(newJobMessages)
  const format = useFormat()
  if (files.length === 0) return null
  return (
    <div>
      <div className={styles.classHead}>
        <h3>{say('reused.title', { id: job, count: files.length })}</h3>
      </div>
      <ul className={styles.reused}>
        {files.map((file) => {
          const { agentUploadId, name, size } = file
          return (
            <li key={file.agentUploadId}>
              <span className={styles.reusedName}>{file.name}</span>
              {slots.length === 0 ? null : (
                <SlotPicker
                  slots={slots}
                  name={file.name}
                  slot={file.slot}
                  onChange={(slot) => onChange(agentUploadId, { agentUploadId, name, size, ...inSlot(slot) })}
                />
              )}
              <span className={styles.there}>
                <CircleCheck size={13} aria-hidden /> {say('reused.there')}
              </span>
              <span className={styles.faint}>{format.bytes(file.size)}</span>
              <ActionIcon
                size={24}
                aria-label={say('reused.remove', { name: file.name })}
                title={say('reused.remove', { name: file.name })}
                onClick={() => onChange(agentUploadId, undefined)}
              >
                <X size={14} aria-hidden />
              </ActionIcon>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

/** Files: where they are dropped, what the template needs, and what is there by class. */
export function FilesSection(props: {
  form: FormState
  template: Template | undefined
  /** The job that is submitted again. */
  from: string | undefined
  /** Files of that job that are taken again, and those that are no longer known here. */
  reused: readonly ReusedFile[]
  /** Slots for which more files fit than they take, and nobody has said which are meant. */
  rivalries: readonly Rivalry[]
  uploads: readonly Upload[]
  /** Uploads that were refused: they count nowhere, and are told with their reason. */
  refused: readonly Upload[]
  onPicks: (picks: Picks) => void
}) {
  const { form, template, uploads, onPicks } = props
  const services = useServices()
  const say = useMessages(newJobMessages)
  const language = useLanguage()
  const format = useFormat()
  const heading = useId()
  const again = usePickAgain()
  const slots = useMemo(() => template?.files ?? [], [template])
  const groups = useMemo(() => groupByClass(uploads), [uploads])
  const { assign, remove } = uploadsStore.of(services).getState()
  const intake = uploadsStore.use(({ intakes }) => intakes.find(({ label }) => label === form.draft.label))
  const changeReused = (id: string, next: (file: ReusedFile) => ReusedFile | undefined) =>
    form.edit(({ reused }) => ({
      reused: reused.flatMap((file) => (file.agentUploadId === id ? (next(file) ?? []) : file)),
    }))
  const isReused = (id: string) => form.draft.reused.some(({ agentUploadId }) => agentUploadId === id)
  const put = async (id: string, slot: string | undefined) => {
    if (!isReused(id)) return assign(id, slot)
    changeReused(id, ({ agentUploadId, name, size }) => ({ agentUploadId, name, size, ...inSlot(slot) }))
  }
  const takeAway = (ids: readonly string[]) => {
    form.edit({ reused: form.draft.reused.filter(({ agentUploadId }) => !ids.includes(agentUploadId)) })
    void remove(ids.filter((id) => !isReused(id)))
  }
  const hasExamples = slots.some(({ example }) => example !== undefined)
  const { duplicates } = form
  const isEmpty = uploads.length === 0 && props.reused.length === 0
  const purpose = useCallback(
    (upload: Upload) => (
      <>
        {duplicates.includes(upload.name) ? (
          <span className={styles.again} title={say('duplicate.hint')}>
            {say('duplicate.mark')}
          </span>
        ) : null}
        {slots.length === 0 ? null : (
          <SlotPicker
            slots={slots}
            name={upload.name}
            slot={upload.slot}
            onChange={(slot) => void assign(upload.id, slot)}
          />
        )}
      </>
    ),
    [slots, assign, duplicates, say],
  )
  return (
    <section className={styles.section} aria-labelledby={heading}>
      <h2 className={styles.heading} id={heading}>
        {say('section.files')}
      </h2>
      <div className={styles.drop} data-empty={isEmpty || undefined}>
        <Inbox size={18} strokeWidth={1.6} aria-hidden className={styles.dropIcon} />
        <span className={styles.dropWords} role="status">
          {!form.adding
            ? say('files.drop')
            : intake === undefined || intake.files === 0
              ? say('files.adding')
              : say('files.addingCount', { count: intake.files })}
        </span>
        <FileButtons
          disabled={form.adding}
          onPicks={onPicks}
          onError={form.failToAdd}
          onExamples={
            template !== undefined && hasExamples && isEmpty ? () => void form.takeExamples(template.id) : undefined
          }
        />
      </div>
      <SlotTable slots={slots} files={[...uploads, ...props.reused]} />
      {props.rivalries.map((rivalry) => (
        <SlotChoice
          key={rivalry.slot.key}
          rivalry={rivalry}
          onAssign={put}
          onRemove={takeAway}
          onSettle={() => form.settle(rivalry.slot.key)}
        />
      ))}
      <FileNotices form={form} uploads={props.refused} />
      {again.element}
      <ReusedFiles
        job={props.from ?? ''}
        files={props.reused}
        slots={slots}
        onChange={(id, next) => changeReused(id, () => next)}
      />
      {groups.map((group) => (
        <div key={group.fileClass} data-class={group.fileClass}>
          <div className={styles.classHead}>
            <h3>{classHeading(group.fileClass, group.uploads.length)}</h3>
            <span className={styles.faint}>
              {language === 'ko' ? `${say('files.count', { count: group.uploads.length })} · ` : ''}
              {format.bytes(group.bytes)}
            </span>
          </div>
          <UploadList
            label={classHeading(group.fileClass, group.uploads.length)}
            uploads={group.uploads}
            purpose={purpose}
            onPickAgain={again.ask}
          />
        </div>
      ))}
    </section>
  )
}
