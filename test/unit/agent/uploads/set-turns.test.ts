import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { SetTurns } from '../../../../agent/src/uploads/set-turns.ts'

test('two sets of one user at a time, eight of all, the others in the order of asking', async () => {
  const turns = new SetTurns()
  const order: string[] = []
  const ends = new Map<string, () => void>()
  const ask = async (user: string, name: string) => {
    const end = await turns.take(user)
    order.push(name)
    ends.set(name, end)
  }
  for (const user of ['a', 'b', 'c', 'd', 'e']) for (const number of [1, 2, 3]) void ask(user, user + number)
  await turn()
  expect(order).toEqual(['a1', 'a2', 'b1', 'b2', 'c1', 'c2', 'd1', 'd2'])
  ends.get('c2')?.()
  await turn()
  expect(order.at(-1)).toBe('c3')
  ends.get('a1')?.()
  ends.get('a2')?.()
  await turn()
  expect(order.slice(-2)).toEqual(['a3', 'e1'])
  for (const name of ['a3', 'b1', 'b2', 'c1', 'c3', 'd1', 'd2', 'e1']) ends.get(name)?.()
  await turn()
  expect(order.slice(-4)).toEqual(['e2', 'b3', 'd3', 'e3'])
})
