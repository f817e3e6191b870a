import { useState } from 'react'
import { useStore } from 'zustand'
import type { JobDetail } from '../../../../contract/jobs.ts'
import type { OutboxEntry } from '../../../../contract/outbox.ts'
import type { Template } from '../../../../contract/templates.ts'
import { useServices } from '../../app/services.tsx'
import { useSite } from '../../app/site-context.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { draftAgain, draftKey, draftOf, draftOfEntry, dropDraft, loadDraft, newLabel, type Draft } from './draft.ts'
import { createForm } from './form-store.ts'
import { handover } from './handover.ts'
import { newJobMessages } from './messages.ts'

/** What fills a form, by name: an older job, or an entry of the outbox as it was last edited. */
function sourceOf(old: JobDetail | undefined, entry: OutboxEntry | undefined): string | undefined {
  if (entry === undefined) return old?.id
  return `outbox.${entry.id}.${entry.story.filter(({ what }) => what === 'edited').length}`
}

/**
 * The store of this form, filled from what was kept, from the old job or the entry, or from the template's defaults.
 * `handed`: ids of uploads it was opened with.
 */
export function useForm(template: Template | undefined, old: JobDetail | undefined, entry: OutboxEntry | undefined) {
  const services = useServices()
  const site = useSite()
  const language = useLanguage()
  const say = useMessages(newJobMessages)
  const [key] = useState(() => draftKey(site.id, template?.id, sourceOf(old, entry)))
  const fresh = (): Draft => {
    const label = newLabel(template?.id, new Date(), crypto.randomUUID())
    if (entry?.action.kind === 'submit') return draftOfEntry(entry.action, entry.when, template, label)
    if (old !== undefined) return draftAgain(old, template, label)
    return draftOf(template, template === undefined ? say('custom') : textIn(template.name, language), label)
  }
  const make = (kept: boolean) =>
    createForm(services, site.id, key, (kept ? loadDraft(key, template) : undefined) ?? fresh())
  const [store, setStore] = useState(() => make(true))
  const [handed] = useState(() => handover.of(services).getState().take())
  const startOver = () => {
    dropDraft(key)
    setStore(make(false))
  }
  return { form: useStore(store), startOver, handed }
}
