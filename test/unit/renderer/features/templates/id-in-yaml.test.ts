import { expect, it } from 'vitest'
import { idInYaml } from '../../../../../src/renderer/features/templates/id-in-yaml.ts'
import { newTemplate } from '../../../../../src/renderer/features/templates/new-template.ts'

it.each([
  [newTemplate, 'my-template'],
  ['version: 1\nid: "wire"\n', 'wire'],
  ["id:   'wire-2' # mine", 'wire-2'],
  ['name: x\nfiles:\n  - id: inner\n', undefined],
  ['id:\nversion: 1\n', undefined],
])('the id of a template is read from its text', (yaml, id) => expect(idInYaml(yaml)).toBe(id))
