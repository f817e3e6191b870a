import type { Template } from '../../../../contract/templates.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import { assignSlots, slotStatus } from '../new-job/slots.ts'

/** How a template takes files: how many find a place of their own, and whether it then has all it needs. */
export interface Fit {
  template: Template
  taken: number
  whole: boolean
}

/** Templates of jobs by how well they take the files, the best first; those that need no files stand last. */
export function fitting(templates: readonly Template[], uploads: readonly Upload[]): Fit[] {
  const fits = templates
    .filter(({ desktop }) => desktop === undefined)
    .map((template): Fit => {
      const slots = assignSlots(template.files, [], uploads)
      const placed = uploads.map(({ name }, index) => ({ name, slot: slots[index] }))
      return {
        template,
        taken: slots.filter((slot) => slot !== undefined).length,
        whole: template.files.length > 0 && slotStatus(template.files, placed).every(({ missing }) => missing === 0),
      }
    })
  return fits.sort((a, b) => Number(b.whole) - Number(a.whole) || b.taken - a.taken)
}
