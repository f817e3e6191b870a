import { ActionIcon, Button, SegmentedControl } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { ArrowLeft } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { OutboxEntry } from '../../../../contract/outbox.ts'
import type { Template } from '../../../../contract/templates.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { hrefOf, navigate, type RouteOf } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Notes } from '../../ui/notes.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { outboxStore, useOutbox } from '../outbox/store.ts'
import { useLater } from '../outbox/use-later.tsx'
import { idInYaml } from './id-in-yaml.ts'
import { templatesMessages } from './messages.ts'
import { newTemplate } from './new-template.ts'
import { templatesStore, useCatalogue } from './store.ts'
import { YamlField } from './yaml-field.tsx'

/** Writes or changes a template as YAML, or a save of one that waits in the outbox; what the site refuses is shown at its line. */
export default function TemplateEditorPage({ route }: { route: RouteOf<'template-editor'> }) {
  const say = useMessages(templatesMessages)
  const site = useSite()
  const source = templatesStore.use((state) => state.source)
  const { catalogue } = useCatalogue(site.id)
  const [stored, setStored] = useState<{ id: string; yaml: string }>()
  const [failed, setFailed] = useState<AppErrorValue>()
  const { id, entry: entryId } = route
  const entries = useOutbox()
  useEffect(() => {
    if (id === undefined || entryId !== undefined) return undefined
    let left = false
    source(site.id, id).then(
      (yaml) => (left ? undefined : setStored({ id, yaml })),
      (error: unknown) => (left ? undefined : setFailed(errorValue(error))),
    )
    return () => {
      left = true
    }
  }, [source, site.id, id, entryId])

  if (entryId !== undefined) {
    if (entries === undefined) return <Skeleton lines={12} />
    const entry = entries.get(entryId)
    return entry?.action.kind === 'save-template' ? (
      <Editor key={entryId} stored={entry.action.yaml} entry={entry} />
    ) : (
      <Notes>
        <ErrorNote tone="busy" title={say('editor.entryGone')}>
          <Button component="a" variant="default" href={hrefOf({ page: 'outbox' })}>
            {say('editor.outbox')}
          </Button>
        </ErrorNote>
      </Notes>
    )
  }
  if (id === undefined) return <Editor key="new" stored={newTemplate} />
  if (failed !== undefined)
    return (
      <Notes>
        <AppError error={failed} site={site.id} />
      </Notes>
    )
  const template = catalogue?.items.find((candidate) => candidate.id === id)
  if (stored?.id !== id || template === undefined) return <Skeleton lines={12} />
  return <Editor key={id} stored={stored.yaml} template={template} />
}

function Editor(props: {
  stored: string
  template?: Template
  /** The save in the outbox that it changes. */
  entry?: OutboxEntry
}) {
  const { stored, template, entry } = props
  const kept = entry?.action.kind === 'save-template' ? entry.action : undefined
  const say = useMessages(templatesMessages)
  const language = useLanguage()
  const site = useSite()
  const key = entry?.id ?? template?.id ?? 'new'
  const later = useLater(site.id)
  const edit = outboxStore.use((state) => state.edit)
  const draft = templatesStore.use((state) => state.drafts.get(key))
  const setDraft = templatesStore.use((state) => state.setDraft)
  const save = templatesStore.use((state) => state.save)
  const [visibility, setVisibility] = useState<Template['visibility']>(
    template?.visibility ?? kept?.visibility ?? 'private',
  )
  const [busy, setBusy] = useState(false)
  const [shownLine, setShownLine] = useState<{ line: number }>()
  const yaml = draft?.yaml ?? stored
  const error = draft?.error
  const wrong = error?.code === 'TEMPLATE_INVALID' ? error.data : undefined
  const editable = template?.editable ?? true
  const name = template === undefined ? (kept?.name ?? '') : textIn(template.name, language)

  const submit = async () => {
    if (busy || !editable) return
    setBusy(true)
    try {
      const id = kept?.id ?? template?.id
      const action = {
        kind: 'save-template' as const,
        ...(id === undefined ? {} : { id }),
        name: template === undefined ? (idInYaml(yaml) ?? say('editor.new')) : name,
        yaml,
        visibility,
      }
      if (entry !== undefined) await edit({ id: entry.id, action })
      else {
        const [put] = await later.now(
          () => save(site.id, { ...(id === undefined ? {} : { id }), yaml, visibility }),
          action,
        )
        setDraft(key, undefined)
        // What became of it is seen there.
        return navigate(put === undefined ? { page: 'templates' } : { page: 'outbox', id: put.id })
      }
      setDraft(key, undefined)
      navigate({ page: 'outbox', id: entry.id })
    } catch (failure) {
      const value = errorValue(failure)
      setDraft(key, { yaml, error: value })
      if (value.code === 'TEMPLATE_INVALID') setShownLine({ line: value.data.line })
    } finally {
      setBusy(false)
    }
  }
  useHotkeys([['mod+S', () => void submit()]], [])
  return (
    <>
      <PageHeader
        before={
          <ActionIcon
            aria-label={say('editor.back')}
            title={say('editor.back')}
            onClick={() => navigate(entry === undefined ? { page: 'templates' } : { page: 'outbox', id: entry.id })}
          >
            <ArrowLeft size={16} aria-hidden />
          </ActionIcon>
        }
        title={
          template === undefined && entry === undefined
            ? say('editor.new')
            : editable
              ? say('editor.edit', { name })
              : say('editor.view', { name })
        }
        note={draft === undefined ? undefined : say('editor.kept')}
      >
        {draft === undefined ? null : (
          <Button variant="subtle" onClick={() => setDraft(key, undefined)}>
            {say('editor.discard')}
          </Button>
        )}
        {editable ? (
          <>
            <SegmentedControl
              aria-label={say('editor.visibility')}
              title={say(visibility === 'private' ? 'privateHint' : 'sharedHint')}
              value={visibility}
              onChange={setVisibility}
              data={[
                { value: 'private', label: say('private') },
                { value: 'shared', label: say('shared') },
              ]}
            />
            <Button loading={busy} onClick={() => void submit()}>
              {entry === undefined ? later.label(say('editor.save')) : say('editor.save')}
            </Button>
          </>
        ) : null}
      </PageHeader>
      <Notes>
        {editable ? null : (
          <ErrorNote tone="busy" title={say('editor.readOnly')} text={say('editor.readOnlyNext')}>
            <Button
              variant="default"
              onClick={() => {
                setDraft('new', { yaml: yaml.replace(/^id:.*$/m, `id: ${key}-copy`) })
                navigate({ page: 'template-editor' })
              }}
            >
              {say('copy')}
            </Button>
          </ErrorNote>
        )}
        {error === undefined ? null : (
          <AppError
            error={error}
            site={site.id}
            {...(wrong === undefined
              ? {}
              : {
                  action: {
                    label: say('editor.line', { line: wrong.line }),
                    run: () => setShownLine({ line: wrong.line }),
                  },
                })}
          />
        )}
      </Notes>
      <YamlField
        label={say('editor.label')}
        value={yaml}
        readOnly={!editable}
        wrongLine={wrong?.line}
        shownLine={shownLine}
        onChange={(text) => setDraft(key, text === stored ? undefined : { yaml: text })}
      />
    </>
  )
}
