import { Value } from 'typebox/value'
import { expect, it } from 'vitest'
import { app } from '../../../../../contract/app.ts'
import { forwardOf } from '../../../../../src/renderer/features/forwards/store.ts'

it.each([
  [
    { host: ' node7 ', port: '8888', localPort: '' },
    { host: 'node7', port: 8888 },
  ],
  [
    { host: '::1', port: '1', localPort: '1024' },
    { host: '::1', port: 1, localPort: 1024 },
  ],
])('%j is a forward', (typed, rest) => {
  const read = forwardOf('s', typed)
  expect(read).toEqual({ input: { site: 's', ...rest } })
  expect('input' in read && Value.Check(app.forwards.methods.open.input, read.input)).toBe(true)
})

it.each([
  [{ host: 'a b', port: '', localPort: '80' }, ['host', 'port', 'localPort']],
  [{ host: 'a', port: '65536', localPort: '' }, ['port']],
  [{ host: 'a', port: '1e3', localPort: '' }, ['port']],
  [{ host: '', port: '80', localPort: '99999' }, ['host', 'localPort']],
])('%j says which fields are wrong', (typed, fields) =>
  expect(forwardOf('s', typed)).toEqual({ wrong: new Set(fields) }),
)
