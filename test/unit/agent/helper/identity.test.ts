import { expect, test } from 'vitest'
import { parseAccount } from '../../../../agent/src/helper/accounts.ts'
import { areaFor } from '../../../../agent/src/helper/area.ts'

const line = 'kim:x:1001:1001:Kim,,,:/home/kim:/bin/bash\n'

test('an account is that of the very name', () => {
  expect(parseAccount(line, 'kim')).toEqual({ uid: 1001, home: '/home/kim' })
  expect(parseAccount(line, 'KIM')).toBeUndefined()
  expect(parseAccount(line, '1001')).toBeUndefined()
  expect(parseAccount('', 'kim')).toBeUndefined()
})

test.each(['0', '999', '65534', '-1', 'x', ''])('the uid %j is nobody’s to act for', (uid) => {
  expect(() => parseAccount(`kim:x:${uid}:0::/:/bin/sh`, 'kim')).toThrow('accounts of the system')
})

test('an area is below the home, or in a folder of the user’s own', () => {
  const kim = { name: 'kim', uid: 1001, home: '/home/kim' }
  expect(areaFor('~/.headway', kim)).toEqual({ top: '/home/kim', names: ['.headway'] })
  expect(areaFor('/scratch/{user}/headway', kim)).toEqual({ top: '/scratch', names: ['kim', 'headway'] })
  expect(areaFor('/{user}', kim)).toEqual({ top: '/', names: ['kim'] })
  for (const root of ['/scratch/headway', 'headway/{user}', '', '~']) expect(() => areaFor(root, kim)).toThrow('{user}')
})
