import { ActionIcon, TextInput } from '@mantine/core'
import { ArrowLeft } from 'lucide-react'
import { useEffect, useId, useMemo, useRef, useState, type FormEvent } from 'react'
import type { Desktop, DesktopGeometry } from '../../../../contract/desktops.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Suggestion } from '../../../../contract/preflight.ts'
import { siteAnswers } from '../../../../contract/site-answers.ts'
import { errorValue } from '../../app/errors.ts'
import { hrefOf, navigate } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import form from '../new-job/form.module.css'
import { useChoices } from '../preflight/store.ts'
import { usePreflight, type Question } from '../preflight/use-preflight.ts'
import {
  checkChoices,
  choicesAgain,
  choicesOf,
  fittingGeometry,
  freeName,
  pixelRatio,
  rememberChoices,
  rememberedChoices,
  type DesktopTemplate,
  type RawChoices,
} from './choices.ts'
import { newDesktopMessages } from './new-messages.ts'
import { NewSummary } from './new-summary.tsx'
import { ResourceFields } from './resource-fields.tsx'
import { Row } from './row.tsx'
import { ScreenFields } from './screen-fields.tsx'
import { desktopsStore } from './store.ts'
import { TemplateChoice } from './template-choice.tsx'

/** Pixels of the tabs and the viewer's bar above a screen. */
const barsAbove = 74

/** The room that a screen has in this window, in CSS pixels, followed while the window changes. */
function useRoom(element: { current: HTMLElement | null }): DesktopGeometry {
  const [room, setRoom] = useState<DesktopGeometry>({ width: 1280, height: 800 })
  useEffect(() => {
    const page = element.current
    if (page === null) return undefined
    const look = () => setRoom({ width: page.clientWidth, height: page.clientHeight - barsAbove })
    const observer = new ResizeObserver(look)
    observer.observe(page)
    return () => observer.disconnect()
  }, [element])
  return room
}

/** Choices of the form for a template: as an older desktop had them, else as they were last, else as the template says. */
function startingChoices(site: string, template: DesktopTemplate, old: Desktop | undefined): RawChoices {
  const ratio = window.devicePixelRatio
  if (old !== undefined && old.templateId === template.id) return choicesAgain(old, template, ratio)
  return rememberedChoices(site, template.id, choicesOf(template, ratio))
}

/** The one page on which a desktop is made: what runs, on which screen, with what; what comes of it at the right. */
export function NewForm(props: {
  templates: readonly DesktopTemplate[]
  /** Of the template that is chosen at first. */
  first: DesktopTemplate
  old: Desktop | undefined
  /** Names of desktops that live. */
  taken: readonly string[]
}) {
  const { templates, first, old, taken } = props
  const site = useSite()
  const say = useMessages(newDesktopMessages)
  const language = useLanguage()
  const id = useId()
  const page = useRef<HTMLDivElement>(null)
  const room = useRoom(page)
  const create = desktopsStore.use((state) => state.create)
  const [chosen, setChosen] = useState(first.id)
  const [typedName, setTypedName] = useState<string | undefined>(old?.name)
  const [raw, setRaw] = useState(() => startingChoices(site.id, first, old))
  const [starting, setStarting] = useState(false)
  const [error, setError] = useState<AppErrorValue>()
  const template = templates.find((candidate) => candidate.id === chosen) ?? first

  const fit = useMemo(
    () => fittingGeometry(room, pixelRatio(Number(raw.dpi), window.devicePixelRatio)),
    [room, raw.dpi],
  )
  const name = typedName ?? freeName(textIn(template.name, language), taken)
  const checked = useMemo(() => checkChoices(raw, name, template, fit), [raw, name, template, fit])
  const connected = siteAnswers(site.connection) && site.user !== undefined
  const known = useChoices(site.id, connected)
  const { desktop } = checked
  const question = useMemo((): Question | undefined => {
    if (desktop === undefined) return undefined
    const { account, qos } = desktop
    const options = { ...(account === undefined ? {} : { account }), ...(qos === undefined ? {} : { qos }) }
    return {
      submission: {
        name: desktop.name,
        templateId: template.id,
        templateVersion: template.version,
        resources: { ...template.resources, ...desktop.resources },
        ...(Object.keys(options).length === 0 ? {} : { options }),
      },
      stored: [],
      planned: [],
    }
  }, [desktop, template])
  const checks = usePreflight(site.id, question, connected)

  const change = (some: Partial<RawChoices>) => setRaw((before) => ({ ...before, ...some }))
  const choose = (next: string) => {
    const found = templates.find((candidate) => candidate.id === next)
    if (found === undefined) return
    setChosen(next)
    setRaw(startingChoices(site.id, found, old))
  }
  const use = ({ field, value }: Suggestion) => {
    if (field === 'tasks') change({ cores: String(value) })
    // A desktop has one node.
    else if (field !== 'nodes') change({ [field]: String(value) })
  }
  const start = async () => {
    if (desktop === undefined || starting) return
    setStarting(true)
    setError(undefined)
    try {
      const made = await create(site.id, desktop)
      rememberChoices(site.id, template.id, raw)
      navigate({ page: 'desktops', id: made.id }, { replace: true })
    } catch (failure) {
      setError(errorValue(failure))
      setStarting(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void start()
  }
  return (
    <div className={form.page} ref={page}>
      <PageHeader
        title={say('title')}
        note={old === undefined ? say('note', { site: site.name }) : say('again', { name: old.name })}
        before={
          <ActionIcon component="a" href={hrefOf({ page: 'desktops' })} aria-label={say('back')} title={say('back')}>
            <ArrowLeft size={16} aria-hidden />
          </ActionIcon>
        }
      />
      <div className={form.columns}>
        <form className={form.left} inert={starting} onSubmit={submit}>
          {/* Enter in a field starts it, as the button at the right does. */}
          <button type="submit" hidden />
          {templates.length === 1 ? null : (
            <section className={form.section}>
              <TemplateChoice templates={templates} chosen={template.id} onChoose={choose} />
            </section>
          )}
          <section className={form.section}>
            <Row
              id={`${id}-name`}
              label={say('name')}
              problem={checked.problems.has('name') ? say('problem.name') : undefined}
              wide
            >
              <TextInput
                id={`${id}-name`}
                value={name}
                maxLength={128}
                autoComplete="off"
                error={checked.problems.has('name')}
                aria-describedby={`${id}-name-hint`}
                onChange={(event) => setTypedName(event.currentTarget.value)}
              />
            </Row>
          </section>
          <section className={form.section}>
            <h2 className={form.heading}>{say('section.screen')}</h2>
            <ScreenFields
              id={id}
              raw={raw}
              problems={checked.problems}
              template={template}
              old={old}
              fit={fit}
              onChange={change}
            />
          </section>
          <section className={form.section}>
            <h2 className={form.heading}>{say('section.resources')}</h2>
            <ResourceFields id={id} raw={raw} problems={checked.problems} choices={known} onChange={change} />
          </section>
        </form>
        <aside className={form.right} aria-label={say('summary.title')}>
          <NewSummary
            template={template}
            desktop={desktop}
            checks={checks}
            starting={starting}
            error={error}
            onUse={use}
            onStart={() => void start()}
          />
        </aside>
      </div>
    </div>
  )
}
