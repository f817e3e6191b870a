import { ActionIcon, Button, Textarea, TextInput } from '@mantine/core'
import { ArrowLeft } from 'lucide-react'
import { useId, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { JobDetail } from '../../../../contract/jobs.ts'
import type { Suggestion } from '../../../../contract/preflight.ts'
import type { Template } from '../../../../contract/templates.ts'
import { errorValue } from '../../app/errors.ts'
import { hrefOf } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { useSite } from '../../app/site-context.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { uiMessages } from '../../ui/messages.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { useChoices } from '../preflight/store.ts'
import { usePreflight } from '../preflight/use-preflight.ts'
import { isRefused } from '../uploads/progress.ts'
import { useUploads } from '../uploads/store.ts'
import { draftAgain, draftKey, draftOf, dropDraft, loadDraft, newLabel } from './draft.ts'
import { fieldOf } from './field-of.ts'
import { FilesSection } from './files-section.tsx'
import { createForm } from './form-store.ts'
import { newJobMessages } from './messages.ts'
import { agentProblem } from './parameters.ts'
import { ParametersSection } from './parameters-section.tsx'
import { filesToCheck } from './planned.ts'
import { QueueSection } from './queue-section.tsx'
import { pickedFromDrop, type Picked } from './picked.ts'
import { checkForm, obstacles, waitsFor, type Obstacle } from './readiness.ts'
import { ResourcesSection } from './resources-section.tsx'
import { ScriptPreview } from './script-preview.tsx'
import { Sent } from './sent.tsx'
import { Summary } from './summary.tsx'
import { usePreview } from './use-preview.ts'
import { useWindowDrop } from './use-drop.ts'
import styles from './form.module.css'

/** The store of this form, filled from what was kept, from the old job, or from the template's defaults. */
function useForm(template: Template | undefined, old: JobDetail | undefined) {
  const services = useServices()
  const site = useSite()
  const language = useLanguage()
  const say = useMessages(newJobMessages)
  const key = draftKey(site.id, template?.id, old?.id)
  const make = (kept: boolean) => {
    const label = newLabel(template?.id, new Date(), crypto.randomUUID())
    const name = template === undefined ? say('custom') : textIn(template.name, language)
    const fresh = old === undefined ? draftOf(template, name, label) : draftAgain(old, template, label)
    return createForm(services, site.id, key, (kept ? loadDraft(key, template) : undefined) ?? fresh)
  }
  const [store, setStore] = useState(() => make(true))
  const startOver = () => {
    dropDraft(key)
    setStore(make(false))
  }
  return { form: useStore(store), startOver }
}

const inSlot = (slot: string | undefined) => (slot === undefined ? {} : { slot })

/** The one page on which a job is made: files, parameters and resources left, what comes of them right. */
export function Form({ template, old }: { template: Template | undefined; old: JobDetail | undefined }) {
  const services = useServices()
  const site = useSite()
  const say = useMessages(newJobMessages)
  const sayUi = useMessages(uiMessages)
  const language = useLanguage()
  const id = useId()
  const page = useRef<HTMLDivElement>(null)
  const { form, startOver } = useForm(template, old)
  const { draft, sending } = form
  const [resourcesOpen, setResourcesOpen] = useState(template === undefined)
  const [queueOpen, setQueueOpen] = useState(false)
  const [asksStartOver, setAsksStartOver] = useState(false)

  const all = useUploads()
  const { uploads, refused } = useMemo(() => {
    const own = [...(all?.values() ?? [])].filter(
      (upload) => upload.site === site.id && upload.label === draft.label && upload.state !== 'cancelled',
    )
    return { uploads: own.filter((upload) => !isRefused(upload)), refused: own.filter(isRefused) }
  }, [all, site.id, draft.label])
  const { reused } = draft
  const local = useMemo(() => checkForm(draft, template), [draft, template])
  const preview = usePreview(
    site.id,
    template === undefined ? undefined : local.submission,
    [...uploads, ...reused].map(({ name, slot }) => ({ name, ...inSlot(slot) })),
  )

  const connected = site.connection.state === 'connected' && site.user !== undefined
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
  const found: Obstacle[] = obstacles({ draft, template, checked, uploads, reused, site })
  for (const { parameter, slot, reason } of preview.problems)
    if (parameter === undefined && slot === undefined) found.push({ kind: 'agent', reason })

  const add = (picked: Picked) => void form.add(picked, template?.files ?? [], [...uploads, ...reused])
  const hovering = useWindowDrop((drop) => {
    pickedFromDrop(services, drop).then(add, (error: unknown) => form.failToAdd(errorValue(error)))
  })
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
  const submit = () => {
    if (checked.submission === undefined || found.length > 0) return
    void form.submit(checked.submission, {
      uploads: uploads.map(({ id, slot }) => ({ id, ...inSlot(slot) })),
      stored: reused.map(({ agentUploadId, slot }) => ({ uploadId: agentUploadId, ...inSlot(slot) })),
    })
  }

  const sent = sending.step === 'sent'
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
              ].join(' · ')
        }
        before={
          <ActionIcon component="a" href={hrefOf({ page: 'templates' })} aria-label={say('back')} title={say('back')}>
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
              template={template}
              from={old?.id}
              uploads={uploads}
              refused={refused}
              onPicked={add}
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
              open={queueOpen}
              onToggle={setQueueOpen}
              onChange={(queue) => form.edit({ queue })}
            />
          </ResourcesSection>
        </div>
        <aside className={styles.right} aria-label={say('summary.title')}>
          {sending.step === 'sent' ? (
            <Sent taskId={sending.taskId} site={site.id} uploads={uploads} onReopen={form.reopen} />
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
              onSubmit={submit}
            >
              {template === undefined ? null : (
                <ScriptPreview preview={preview} possible={checked.submission !== undefined} />
              )}
            </Summary>
          )}
        </aside>
      </div>
      {hovering && !sent ? <div className={styles.overlay}>{say('files.release')}</div> : null}
      {asksStartOver ? (
        <Dialog title={say('startOver')} onClose={() => setAsksStartOver(false)}>
          <p className={styles.modalText}>{say('startOverText')}</p>
          <div className={styles.modalActions}>
            <Button variant="default" onClick={() => setAsksStartOver(false)}>
              {sayUi('cancel')}
            </Button>
            <Button
              onClick={() => {
                setAsksStartOver(false)
                startOver()
              }}
            >
              {say('startOverDo')}
            </Button>
          </div>
        </Dialog>
      ) : null}
    </div>
  )
}
