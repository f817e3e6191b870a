import { createStore, type StoreApi } from 'zustand'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { OutboxAction, OutboxWhen } from '../../../../contract/outbox.ts'
import type { FileSlot } from '../../../../contract/templates.ts'
import { errorValue } from '../../app/errors.ts'
import type { Services } from '../../app/services.tsx'
import { outboxStore } from '../outbox/store.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import type { Picks, Skipped } from '../uploads/picked.ts'
import { uploadsStore, type Added, type FileToAdd } from '../uploads/store.ts'
import { dropDraft, saveDraft, type Draft } from './draft.ts'
import { assignSlots, type SlotFile } from './slots.ts'

/** Where the submission of this form stands. */
export type Sending =
  | { step: 'editing'; error?: AppErrorValue }
  /** The click was taken; a second one does nothing. */
  | { step: 'sending' }
  /** The outbox keeps it now, and sends it exactly once. */
  | { step: 'sent'; entry: string }

export interface FormState {
  draft: Draft
  sending: Sending
  /** Files are being looked at. */
  adding: boolean
  addError?: AppErrorValue | undefined
  /** Tries once more what `addError` is about; absent where the files have to be chosen anew. */
  addAgain?: (() => Promise<void>) | undefined
  refused: Added['refused']
  duplicates: readonly string[]
  skipped: Skipped
  /** Slots for which more files fit than they take, and the user is content with how it is. */
  settled: ReadonlySet<string>
  /** A function makes its change from the draft as it is then. */
  edit: (change: Partial<Draft> | ((draft: Draft) => Partial<Draft>)) => void
  /** Starts uploads, each for the slot it fits. */
  add: (picks: Picks, slots: readonly FileSlot[], present: readonly SlotFile[]) => Promise<void>
  /** Takes over uploads that were made elsewhere, each for the slot it fits. */
  bind: (uploads: readonly Upload[], slots: readonly FileSlot[], present: readonly SlotFile[]) => Promise<void>
  settle: (slot: string) => void
  takeExamples: (template: string) => Promise<void>
  /** What was dropped or picked could not even be looked at. */
  failToAdd: (error: AppErrorValue) => void
  dismiss: (what: 'refused' | 'duplicates' | 'skipped') => void
  /** Hands it to the outbox, from where it goes out; with `entry` it takes the place of what that one said. Gives the entry's id. */
  submit: (
    action: OutboxAction,
    when: OutboxWhen,
    how?: { held?: boolean; entry?: string | undefined },
  ) => Promise<string | undefined>
  /** Back to the form, after a submission that was refused or taken back. */
  reopen: () => void
}

/** The state of one form, from its first field to its job id. */
export function createForm(services: Services, site: string, key: string, first: Draft): StoreApi<FormState> {
  const uploads = uploadsStore.of(services).getState()
  return createStore<FormState>((set, get) => {
    const whileAdding = async (work: () => Promise<void>): Promise<void> => {
      set({ adding: true, addError: undefined, addAgain: undefined })
      try {
        await work()
      } catch (error) {
        set({ addError: errorValue(error), addAgain: () => whileAdding(work) })
      } finally {
        set({ adding: false })
      }
    }

    return {
      draft: first,
      sending: { step: 'editing' },
      adding: false,
      refused: [],
      duplicates: [],
      skipped: [],
      settled: new Set(),
      edit: (change) => {
        const before = get().draft
        const draft = { ...before, ...(typeof change === 'function' ? change(before) : change) }
        saveDraft(key, draft)
        set({ draft })
      },
      add: (picks, slots, present) =>
        whileAdding(async () => {
          set({ skipped: [], duplicates: [], settled: new Set() })
          const draft = get().draft
          // The label must outlive a reload as soon as anything is uploaded under it.
          saveDraft(key, draft)
          const there = [...present]
          const prepare = (files: readonly FileToAdd[]): FileToAdd[] => {
            const assigned = assignSlots(slots, there, files)
            const prepared = files.map((file, index): FileToAdd => {
              const slot = slots.find((candidate) => candidate.key === assigned[index])
              return slot === undefined ? file : { ...file, slot: slot.key, class: slot.class }
            })
            there.push(...prepared)
            return prepared
          }
          const { refused, duplicates, skipped } = await uploads.take(site, draft.label, picks, prepare)
          set({ refused: [...get().refused, ...refused], duplicates, skipped })
        }),
      bind: (bound, slots, present) =>
        whileAdding(async () => {
          const ids = new Set([...get().draft.bound, ...bound.map(({ id }) => id)])
          get().edit({ bound: [...ids] })
          const assigned = assignSlots(slots, present, bound)
          for (const [index, { id, slot }] of bound.entries())
            if (assigned[index] !== slot) await uploads.assign(id, assigned[index])
        }),
      settle: (slot) => set({ settled: new Set([...get().settled, slot]) }),
      takeExamples: (template) =>
        whileAdding(async () => {
          saveDraft(key, get().draft)
          await uploads.takeExamples(site, template, get().draft.label)
        }),
      failToAdd: (addError) => set({ addError, addAgain: undefined }),
      dismiss: (what) => set({ [what]: [] }),
      submit: async (action, when, { held = false, entry } = {}) => {
        // State, not a disabled button, is what makes two quick clicks one submission.
        if (get().sending.step !== 'editing') return undefined
        set({ sending: { step: 'sending' } })
        try {
          const { add, edit } = outboxStore.of(services).getState()
          const { id } = await (entry === undefined
            ? add({ site, action, when, held })
            : edit({ id: entry, action, when }))
          // What was handed over is the core's: the next form starts anew, under a label of its own.
          dropDraft(key)
          set({ sending: { step: 'sent', entry: id } })
          return id
        } catch (error) {
          set({ sending: { step: 'editing', error: errorValue(error) } })
          return undefined
        }
      },
      reopen: () => {
        saveDraft(key, get().draft)
        set({ sending: { step: 'editing' } })
      },
    }
  })
}
