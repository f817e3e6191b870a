import { expect, it } from 'vitest'
import { nodeRow, nodeTone } from '../../../../../src/renderer/features/nodes/node.ts'

it.each([
  ['idle', 'up'],
  ['IDLE', 'up'],
  ['mixed', 'busy'],
  ['allocated', 'busy'],
  ['completing', 'busy'],
  ['drained', 'draining'],
  ['draining', 'draining'],
  ['idle+drain', 'draining'],
  ['maint', 'draining'],
  ['down', 'down'],
  ['down*', 'down'],
  ['idle*', 'down'],
  ['fail', 'down'],
  ['unknown', 'down'],
] as const)('%s means %s', (state, tone) => {
  expect(nodeTone(state)).toBe(tone)
})

it('counts cores and memory from what Slurm says', () => {
  const row = nodeRow('c1', {
    cpus: '12/50/2/64',
    memory: { totalMb: 1000, freeMb: 400 },
    state: 'mixed',
    load: 11.5,
    partitions: ['compute', 'viz'],
  })
  expect(row).toMatchObject({ coresUsed: 12, cores: 64, memory: 1000 * 1024 ** 2, partitions: 'compute, viz' })
  expect(row.memoryUsed).toBe(600 * 1024 ** 2)
})
