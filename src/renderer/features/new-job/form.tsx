import { ActionIcon, Button, Textarea, TextInput } from '@mantine/core'
import { ArrowLeft } from 'lucide-react'
import { useId, useMemo, useRef, useState } from 'react'
import type { JobDetail } from '../../../../contract/jobs.ts'
import type { OutboxEntry } from '../../../../contract/outbox.ts'
import type { Suggestion } from '../../../../contract/preflight.ts'
import { siteAnswers } from '../../../../contract/site-answers.ts'
import type { FileSlot, Template } from '../../../../contract/templates.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import { hrefOf, navigate } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { useSite } from '../../app/site-context.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { checkWhen } from '../outbox/when.ts'
import { useChoices } from '../preflight/store.ts'
import { usePreflight } from '../preflight/use-preflight.ts'
import { Announcements } from '../uploads/announcements.tsx'
import { pickedFromDrop, type Picks } from '../uploads/picked.ts'
import { isRefused } from '../uploads/progress.ts'
import { useWindowDrop } from '../uploads/use-drop.ts'
import type { ReusedFile } from './draft.ts'
import { fieldOf } from './field-of.ts'
import { FilesSection } from './files-section.tsx'
import { newJobMessages } from './messages.ts'
import { agentProblem } from './parameters.ts'
import { ParametersSection } from './parameters-section.tsx'
import { filesToCheck } from './planned.ts'
import { QueueSection } from './queue-section.tsx'
import { checkForm, mostFiles, obstacles, waitsFor, type Obstacle } from './readiness.ts'
import { rivalries, type Candidate } from './rivals.ts'
import { ResourcesSection } from './resources-section.tsx'
import { ScriptPreview } from './script-preview.tsx'
import { Sent } from './sent.tsx'
import { StartOver } from './start-over.tsx'
import { Summary } from './summary.tsx'
import { useForm } from './use-form.ts'
import { useFormUploads } from './use-form-uploads.ts'
import { useHanded } from './use-handed.ts'
import { usePreview } from './use-preview.ts'
import styles from './form.module.css'

const noSlots: readonly FileSlot[] = []
const candidate = ({ id, name, folder, size, slot, createdAt }: Upload): Candidate => ({
  id,
  name,
  folder,
  size,
  slot,
  addedAt: createdAt,
})
const olderCandidate = ({ agentUploadId, name, size, slot }: ReusedFile): Candidate => ({
  id: agentUploadId,
  name,
  folder: '',
  size,
  slot,
})

const inSlot = (slot: string | undefined) => (slot === undefined ? {} : { slot })

/** The one page on which a job is made: files, parameters and resources left, what comes of them right. */
export function Form(props: {
  template: Template | undefined
  /** The job whose values fill it. */
  old: JobDetail | undefined
  /** The submission of the outbox that it changes. */
  entry: OutboxEntry | undefined
}) {
  const { template, old, entry } = props
  const services = useServices()
  const site = useSite()
  const say = useMessages(newJobMessages)
  const language = useLanguage()
  const id = useId()
  const page = useRef<HTMLDivElement>(null)
  const { form, startOver, handed } = useForm(template, old, entry)
  const { draft, sending } = form
  const [resourcesOpen, setResourcesOpen] = useState(template === undefined)
  const [queueOpen, setQueueOpen] = useState(false)
  const [asksStartOver, setAsksStartOver] = useState(false)

  const own = useFormUploads(site.id, draft.label, draft.bound)
  const { uploads, refused } = useMemo(
    () => ({ uploads: own.filter((upload) => !isRefused(upload)), refused: own.filter(isRefused) }),
    [own],
  )
  const { reused } = draft
  const local = useMemo(() => checkForm(draft, template), [draft, template])
  const preview = usePreview(
    site.id,
    template === undefined ? undefined : local.submission,
    [...uploads, ...reused].slice(0, mostFiles).map(({ name, slot }) => ({ name, ...inSlot(slot) })),
  )

  const connected = siteAnswers(site.connection) && site.user !== undefined
  const choices = useChoices(site.id, connected)
  const question = useMemo(
    () =>
      local.submission === undefined ? undefined : { submission: local.submission, ...filesToCheck(uploads, reused) },
    [local.submission, uploads, reused],
  )
  const checks = usePreflight(site.id, question, connected)

  // What the agent found joins what the form found itself; the form's own word comes first.
  const checked = useMemo(() => {
    const problems = new Map(local.parameterProblems)
    for (const { parameter: key, reason } of preview.problems) {
      const parameter = template?.parameters.find((candidate) => candidate.key === key)
      if (parameter !== undefined && !problems.has(parameter.key))
        problems.set(parameter.key, agentProblem(parameter, reason))
    }
    return { ...local, parameterProblems: problems }
  }, [local, preview.problems, template])
  const tooLate = entry?.can.edit === false
  const slots = template?.files ?? noSlots
  const rivals = useMemo(
    () => rivalries(slots, [...reused.map(olderCandidate), ...uploads.map(candidate)]),
    [slots, reused, uploads],
  )
  const open = rivals.filter(({ slot }) => !form.settled.has(slot.key))
  const found: Obstacle[] = obstacles({
    draft,
    template,
    checked,
    uploads,
    reused,
    rivals: open.map(({ slot }) => slot),
    site,
    tooLate,
  })
  for (const { parameter, slot, reason } of preview.problems)
    if (parameter === undefined && slot === undefined) found.push({ kind: 'agent', reason })

  const add = (picks: Picks) => void form.add(picks, slots, [...uploads, ...reused])
  useHanded(handed, form, slots, [...uploads, ...reused])
  const hovering = useWindowDrop('page', (drop) => add(pickedFromDrop(services, drop)))
  const show = (obstacle: Obstacle) => {
    if (obstacle.kind === 'resource' || obstacle.kind === 'queue') setResourcesOpen(true)
    if (obstacle.kind === 'queue') setQueueOpen(true)
    const selector = fieldOf(obstacle)
    const field = selector === undefined ? null : page.current?.querySelector<HTMLElement>(selector)
    field?.scrollIntoView({ block: 'center' })
    field?.focus({ preventScroll: true })
  }
  const use = ({ field, value }: Suggestion) => {
    if (field === 'account' || field === 'qos') form.edit({ queue: { ...draft.queue, [field]: String(value) } })
    else form.edit({ resources: { ...draft.resources, [field]: String(value) } })
  }
  const submit = async () => {
    if (checked.submission === undefined || found.length > 0) return
    const action = {
      kind: 'submit' as const,
      submission: checked.submission,
      uploads: uploads.map(({ id, slot }) => ({ id, ...inSlot(slot) })),
      stored: reused.map(({ agentUploadId, slot }) => ({ uploadId: agentUploadId, ...inSlot(slot) })),
    }
    const { when } = checkWhen(draft.send, Date.now())
    const kept = await form.submit(action, when, { held: draft.send.held, entry: entry?.id })
    if (kept !== undefined && entry !== undefined) navigate({ page: 'outbox', id: kept })
  }

  const sent = sending.step === 'sent'
  const back =
    entry === undefined
      ? { href: hrefOf({ page: 'templates' }), label: say('back') }
      : { href: hrefOf({ page: 'outbox', id: entry.id }), label: say('backToOutbox') }
  const nameMissing = draft.name.trim() === ''
  return (
    <div className={styles.page} ref={page}>
      <PageHeader
        title={template === undefined ? say('custom') : textIn(template.name, language)}
        note={
          template === undefined
            ? say('customNote')
            : [
                say('version', { version: template.version }),
                ...(template.visibility === 'private' ? [say('privateTemplate')] : []),
                ...(old === undefined ? [] : [say('again', { id: old.id })]),
                ...(entry === undefined ? [] : [say('editing')]),
              ].join(' · ')
        }
        before={
          <ActionIcon component="a" href={back.href} aria-label={back.label} title={back.label}>
            <ArrowLeft size={16} aria-hidden />
          </ActionIcon>
        }
      >
        {sent ? null : (
          <Button variant="subtle" color="gray" onClick={() => setAsksStartOver(true)}>
            {say('startOver')}
          </Button>
        )}
      </PageHeader>
      <div className={styles.columns}>
        <div className={styles.left} inert={sent || sending.step === 'sending'} data-sent={sent || undefined}>
          <section className={styles.section}>
            <div className={styles.row} data-invalid={nameMissing || undefined}>
              <label className={styles.label} htmlFor={`${id}-name`}>
                {say('name')}
              </label>
              <TextInput
                id={`${id}-name`}
                className={styles.nameField}
                value={draft.name}
                maxLength={128}
                error={nameMissing}
                data-field="name"
                onChange={(event) => form.edit({ name: event.currentTarget.value })}
              />
            </div>
            {template === undefined ? (
              <div className={styles.command}>
                <label className={styles.label} htmlFor={`${id}-command`}>
                  {say('command')}
                </label>
                <Textarea
                  id={`${id}-command`}
                  value={draft.command}
                  autosize
                  minRows={6}
                  maxRows={20}
                  spellCheck={false}
                  data-field="command"
                  classNames={{ input: 'mono' }}
                  placeholder={'#!/bin/sh'}
                  aria-describedby={`${id}-command-hint`}
                  onChange={(event) => form.edit({ command: event.currentTarget.value })}
                />
                <span className={styles.help} id={`${id}-command-hint`}>
                  {say('commandHint')}
                </span>
              </div>
            ) : null}
          </section>
          <div data-files>
            <FilesSection
              form={form}
              reused={reused}
              rivalries={open}
              template={template}
              from={old?.id}
              uploads={uploads}
              refused={refused}
              onPicks={add}
            />
          </div>
          {template === undefined ? null : (
            <ParametersSection
              parameters={template.parameters}
              values={draft.values}
              problems={checked.parameterProblems}
              onChange={(key, raw) => form.edit({ values: { ...draft.values, [key]: raw } })}
            />
          )}
          <ResourcesSection
            raw={draft.resources}
            workflow={template?.steps !== undefined}
            problems={checked.resourceProblems}
            open={resourcesOpen}
            onToggle={setResourcesOpen}
            onChange={(resources) => form.edit({ resources })}
            queueProblems={checked.queueProblems.size > 0}
            choices={choices}
          >
            <QueueSection
              raw={draft.queue}
              workflow={template?.steps !== undefined}
              problems={checked.queueProblems}
              choices={choices}
              site={site.id}
              own={entry?.id}
              open={queueOpen}
              onToggle={setQueueOpen}
              onChange={(queue) => form.edit({ queue })}
            />
          </ResourcesSection>
        </div>
        <aside className={styles.right} aria-label={say('summary.title')}>
          {sending.step === 'sent' ? (
            <Sent id={sending.entry} uploads={uploads} onReopen={form.reopen} />
          ) : (
            <Summary
              form={form}
              template={template}
              site={site}
              uploads={uploads}
              reused={reused}
              checked={checked}
              obstacles={found}
              wait={waitsFor(uploads, site)}
              checks={checks}
              onUse={use}
              onShow={show}
              onSubmit={() => void submit()}
              edits={entry !== undefined}
            >
              {template === undefined ? null : (
                <ScriptPreview preview={preview} possible={checked.submission !== undefined} />
              )}
            </Summary>
          )}
        </aside>
      </div>
      <Announcements site={site.id} />
      {hovering && !sent ? <div className={styles.overlay}>{say('files.release')}</div> : null}
      {asksStartOver ? <StartOver onConfirm={startOver} onClose={() => setAsksStartOver(false)} /> : null}
    </div>
  )
}
