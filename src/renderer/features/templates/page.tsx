import { Button, UnstyledButton } from '@mantine/core'
import { FileUp, LayoutTemplate, Plus, SearchX, SquareTerminal } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Template } from '../../../../contract/templates.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { hrefOf, navigate } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { ConfirmByName } from '../../ui/confirm-by-name.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { FilterField } from '../../ui/table/filter-field.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { useLater } from '../outbox/use-later.tsx'
import { Broken } from './broken.tsx'
import { TemplateCard } from './card.tsx'
import { useCategoryName } from './category-name.ts'
import { templatesMessages } from './messages.ts'
import { pickYaml } from './pick-yaml.ts'
import { idInYaml } from './id-in-yaml.ts'
import { categoriesOf, findTemplates } from './search.ts'
import { templatesStore, useCatalogue } from './store.ts'
import styles from './templates.module.css'

/** The catalogue: cards by category, searched by words, with what is broken or missing said beside them. */
export default function TemplatesPage() {
  const say = useMessages(templatesMessages)
  const language = useLanguage()
  const site = useSite()
  const { catalogue, error } = useCatalogue(site.id)
  const source = templatesStore.use((state) => state.source)
  const save = templatesStore.use((state) => state.save)
  const remove = templatesStore.use((state) => state.remove)
  const setDraft = templatesStore.use((state) => state.setDraft)
  const later = useLater(site.id)
  const [text, setText] = useState('')
  const [category, setCategory] = useState<string | null>(null)
  const [removing, setRemoving] = useState<Template>()
  const [failed, setFailed] = useState<AppErrorValue>()
  const [imported, setImported] = useState<string>()
  const items = useMemo(() => catalogue?.items ?? [], [catalogue])
  const found = useMemo(() => findTemplates(items, text, category), [items, text, category])

  const attempt = async (work: () => Promise<void>) => {
    setFailed(undefined)
    setImported(undefined)
    try {
      await work()
    } catch (failure) {
      setFailed(errorValue(failure))
    }
  }
  const importFile = () =>
    attempt(async () => {
      const yaml = await pickYaml()
      if (yaml === undefined) return
      try {
        await later.now(
          async () => {
            const template = await save(site.id, { yaml, visibility: 'private' })
            setImported(textIn(template.name, language))
          },
          { kind: 'save-template', name: idInYaml(yaml) ?? say('editor.new'), yaml, visibility: 'private' },
        )
      } catch (failure) {
        const value = errorValue(failure)
        if (value.code !== 'TEMPLATE_INVALID') throw failure
        // The editor is where a wrong line is corrected.
        setDraft('new', { yaml, error: value })
        navigate({ page: 'template-editor' })
      }
    })
  const copy = (template: Template) =>
    attempt(async () => {
      const yaml = await source(site.id, template.id)
      setDraft('new', { yaml: yaml.replace(/^id:.*$/m, `id: ${template.id}-copy`) })
      navigate({ page: 'template-editor' })
    })

  return (
    <>
      <PageHeader
        title={say('title')}
        note={catalogue === undefined ? undefined : say('count', { count: items.length, site: site.name })}
        asOf={catalogue?.asOf}
      >
        <Button
          component="a"
          href={hrefOf({ page: 'new-job' })}
          variant="default"
          title={say('customText')}
          leftSection={<SquareTerminal size={14} aria-hidden />}
        >
          {say('custom')}
        </Button>
        <Button
          variant="default"
          title={say('importHint')}
          leftSection={<FileUp size={14} aria-hidden />}
          onClick={() => void importFile()}
        >
          {say('import')}
        </Button>
        <Button
          variant="default"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={() => navigate({ page: 'template-editor' })}
        >
          {say('create')}
        </Button>
      </PageHeader>
      <div className={styles.page}>
        {failed === undefined ? null : <AppError error={failed} site={site.id} />}
        {later.note}
        {imported === undefined ? null : <ErrorNote tone="busy" title={say('imported', { name: imported })} />}
        {error === undefined ? null : <AppError error={error} site={site.id} />}
        {catalogue === undefined ? (
          error === undefined ? (
            <Skeleton />
          ) : null
        ) : (
          <>
            {items.length === 0 ? null : (
              <div className={styles.bar}>
                <Categories items={items} chosen={category} onChoose={setCategory} />
                <FilterField value={text} onChange={setText} label={say('filter')} />
              </div>
            )}
            <Broken broken={catalogue.broken} />
            {items.length === 0 ? (
              <EmptyState icon={LayoutTemplate} title={say('empty.title')} text={say('empty.text')}>
                <Button onClick={() => navigate({ page: 'template-editor' })}>{say('create')}</Button>
                <Button variant="default" onClick={() => void importFile()}>
                  {say('import')}
                </Button>
              </EmptyState>
            ) : found.length === 0 ? (
              <EmptyState icon={SearchX} title={say('noMatch.title')} text={say('noMatch.text')}>
                <Button
                  variant="default"
                  onClick={() => {
                    setText('')
                    setCategory(null)
                  }}
                >
                  {say('noMatch.clear')}
                </Button>
              </EmptyState>
            ) : (
              <ul className={styles.cards} aria-label={say('title')}>
                {found.map((template) => (
                  <TemplateCard
                    key={`${template.visibility}/${template.id}`}
                    template={template}
                    onRemove={() => setRemoving(template)}
                    onCopy={() => void copy(template)}
                  />
                ))}
              </ul>
            )}
          </>
        )}
      </div>
      {removing === undefined ? null : (
        <ConfirmByName
          title={say('remove.title', { name: textIn(removing.name, language) })}
          text={say('remove.text')}
          name={removing.id}
          action={later.label(say('remove'))}
          onConfirm={() =>
            attempt(async () => {
              await later.now(() => remove(site.id, removing.id), { kind: 'remove-template', id: removing.id })
            })
          }
          onClose={() => setRemoving(undefined)}
        />
      )}
    </>
  )
}

function Categories(props: {
  items: readonly Template[]
  chosen: string | null
  onChoose: (category: string | null) => void
}) {
  const say = useMessages(templatesMessages)
  const categoryName = useCategoryName()
  const entry = (id: string | null, name: string, count: number) => (
    <UnstyledButton
      key={id ?? ''}
      className={styles.pill}
      aria-pressed={props.chosen === id}
      onClick={() => props.onChoose(id)}
    >
      {name} <span className={styles.pillCount}>{count}</span>
    </UnstyledButton>
  )
  return (
    <div className={styles.pills} role="group" aria-label={say('categories')}>
      {entry(null, say('all'), props.items.length)}
      {categoriesOf(props.items).map(({ id, count }) => entry(id, categoryName(id), count))}
    </div>
  )
}
