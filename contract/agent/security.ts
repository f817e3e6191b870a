/**
 * What the agent's security check says of a file that it warns of or refuses, with places for values. Every client is answered
 * whole sentences (`warnings`); one that speaks another language knows them by their shape.
 */
export const findings = {
  'double-extension': 'The name ends in {{extension}} behind another extension.',
  elf: 'The file is a Linux program or library (ELF), whatever its name says.',
  pe: 'The file is a Windows program or library (PE), whatever its name says.',
  'mach-o': 'The file is a macOS program or library (Mach-O), whatever its name says.',
  'other-content': 'The content looks like {{content}}, not like {{extension}}.',
  'archive-inflates': 'The archive inflates to more than {{ratio}} times its size.',
  'archive-deep': 'The archive holds archives in archives, more than {{depth}} deep.',
  'archive-large': 'The archive holds a zip file that is too large to be looked into.',
  'archive-closed': 'The archive holds entries that cannot be looked into.',
  'archive-damaged': 'The archive is damaged or not complete.',
} as const

export type FindingId = keyof typeof findings

type Place<S> = S extends `${string}{{${infer Name}}}${infer Rest}` ? Name | Place<Rest> : never
type Values<F extends FindingId> = Readonly<Record<Place<(typeof findings)[F]>, string | number>>

/** The sentence of a finding. */
export function findingSentence<F extends FindingId>(
  id: F,
  ...[values]: [Place<(typeof findings)[F]>] extends [never] ? [] : [Values<F>]
): string {
  const of: Readonly<Record<string, string | number>> = values ?? {}
  return findings[id].replaceAll(/\{\{(\w+)\}\}/g, (place, name: string) => String(of[name] ?? place))
}

/** A longer one is none of ours, and would take long to be compared. */
const LONGEST = 600

const shapes = Object.entries(findings).map(([id, text]) => {
  const shape = text.replaceAll(/[.()]/g, String.raw`\$&`).replaceAll(/\{\{(\w+)\}\}/g, '(?<$1>.+)')
  return { id: id as FindingId, shape: new RegExp(`^${shape}$`) }
})

/** Which finding a sentence tells of, and the values in it; undefined for one that this version does not know. */
export function findingOf(sentence: string): { id: FindingId; values: Record<string, string> } | undefined {
  if (sentence.length > LONGEST) return undefined
  for (const { id, shape } of shapes) {
    const found = shape.exec(sentence)
    if (found !== null) return { id, values: { ...found.groups } }
  }
  return undefined
}
