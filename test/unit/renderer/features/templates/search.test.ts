import { expect, it } from 'vitest'
import type { Template } from '../../../../../contract/templates.ts'
import { categoriesOf, findTemplates } from '../../../../../src/renderer/features/templates/search.ts'

const template = (id: string, category: string, en: string, ko: string): Template => ({
  id,
  version: 1,
  name: { en, ko },
  category,
  files: [],
  parameters: [],
  resources: { nodes: 1, tasks: 1, timeMinutes: 1 },
  script: 'true',
  visibility: 'shared',
  editable: false,
  updatedAt: '2026-11-21T00:00:00.000Z',
  missingCommands: [],
})
const all = [
  template('bracket', 'structural', 'Bracket: static stress', '브래킷: 정적 응력'),
  template('plate', 'thermal', 'Plate: heat', '판: 열전도'),
  template('beam', 'structural', 'Beam', '보'),
]
const ids = (text: string, category: string | null) => findTemplates(all, text, category).map(({ id }) => id)

it('finds by words in either language, whatever the order', () => {
  expect(ids('STRESS bracket', null)).toEqual(['bracket'])
  expect(ids('열전도', null)).toEqual(['plate'])
  expect(ids('thermal', null)).toEqual(['plate'])
})
it('narrows to a category', () => {
  expect(ids('', 'structural')).toEqual(['bracket', 'beam'])
  expect(ids('heat', 'structural')).toEqual([])
})
it('counts categories', () => {
  expect(categoriesOf(all)).toEqual([
    { id: 'structural', count: 2 },
    { id: 'thermal', count: 1 },
  ])
})
