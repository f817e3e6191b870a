import { Globe } from 'lucide-react'
import { expect, it } from 'vitest'
import { rank, type Command } from '../../../../src/renderer/app/commands.ts'

const command = (group: string, name: string, note?: string): Command => ({
  id: `${group}-${name}`,
  group,
  name,
  icon: Globe,
  run: () => undefined,
  ...(note === undefined ? {} : { note }),
})
const commands = [
  command('pages', 'Jobs'),
  command('templates', 'Plate: heat conduction', 'thermal'),
  command('jobs', 'Heat of the bracket', '12 · Running'),
  command('jobs', 'Bracket', '11 · Failed'),
  command('jobs', '브래킷 하중', '10 · Failed'),
]
const names = (text: string) => rank(commands, text).map((found) => found.name)

it('shows all before anything is typed', () => expect(names(' ')).toHaveLength(5))
it('finds every word anywhere, in name and note', () => expect(names('running heat')).toEqual(['Heat of the bracket']))
it('keeps groups together and puts a name that begins so first in its group', () =>
  expect(names('bra')).toEqual(['Bracket', 'Heat of the bracket']))
it('finds Korean names', () => expect(names('브래')).toEqual(['브래킷 하중']))
it('finds nothing where nothing is', () => expect(names('zzz')).toEqual([]))
