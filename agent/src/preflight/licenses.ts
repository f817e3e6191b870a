import type { License } from '../scheduler/index.ts'
import { doubtful, type Finding, good, impossible } from './finding.ts'

/** `abaqus@lic1:5,ansys` as names and counts; one where none is said (`sbatch --licenses`). */
export function askedLicenses(text: string): { name: string; asked: number }[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [, name = part, count = '1'] = /^(.+?):(\d{1,9})$/.exec(part) ?? []
      return { name, asked: Number(count) }
    })
}

/** Whether the licences asked for exist and are free now. Nothing is said where the scheduler counts none. */
export function checkLicenses(text: string | undefined, known: readonly License[] | undefined): Finding[] {
  if (text === undefined || known === undefined || known.length === 0) return []
  const there: { name: string; asked: number; free: number }[] = []
  const findings: Finding[] = []
  for (const { name, asked } of askedLicenses(text)) {
    const license = known.find((each) => each.name === name)
    if (license === undefined) {
      findings.push(impossible('license-unknown', { name, known: known.map((each) => each.name) }))
      continue
    }
    const { total, used } = license
    const free = Math.max(0, total - used)
    if (asked > total) findings.push(impossible('license-total', { name, asked, total }))
    else if (asked > free) findings.push(doubtful('license-busy', { name, asked, free, total }))
    else there.push({ name, asked, free })
  }
  return there.length === 0 ? findings : [...findings, good('licenses', { licenses: there })]
}
