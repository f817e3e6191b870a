import { useEffect, useRef } from 'react'
import type { FileSlot } from '../../../../contract/templates.ts'
import { uploadsStore } from '../uploads/store.ts'
import type { FormState } from './form-store.ts'
import type { SlotFile } from './slots.ts'

/** Takes uploads that the form was opened with over into it, once they are known. */
export function useHanded(
  ids: readonly string[],
  form: FormState,
  slots: readonly FileSlot[],
  present: readonly SlotFile[],
): void {
  const known = uploadsStore.use((state) => state.uploads)
  const taken = useRef(false)
  useEffect(() => {
    if (taken.current || ids.length === 0 || known === undefined) return
    taken.current = true
    const uploads = ids.flatMap((id) => known.get(id) ?? [])
    void form.bind(uploads, slots, present)
  })
}
