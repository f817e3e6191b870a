import { describe, expect, it } from 'vitest'
import type { Desktop } from '../../../../../contract/desktops.ts'
import {
  arranged,
  canShow,
  coresOf,
  idleEndSeconds,
  idleSeconds,
  isMine,
  otherPartitions,
  timeLeft,
  waitsLong,
} from '../../../../../src/renderer/features/desktops/model.ts'
import { at, desktopWith, noon, partitionWith, queuedWith } from './example.ts'

describe('time left', () => {
  it('is the limit less what has run', () =>
    expect(timeLeft(desktopWith(), noon)).toEqual({ seconds: 3600, used: 0.5, tone: 'busy' }))

  it('follows a limit that was changed', () =>
    expect(timeLeft(desktopWith({ timeMinutes: 240 }), noon)?.seconds).toBe(3 * 3600))

  it.each([
    [601, 'busy'],
    [600, 'wait'],
    [121, 'wait'],
    [120, 'bad'],
    [0, 'bad'],
  ])('of %i s is said in the tone %s', (seconds, tone) => {
    const now = Date.parse(at(60)) - seconds * 1000
    expect(timeLeft(desktopWith(), now)).toMatchObject({ seconds, tone })
  })

  it('is never below nothing, nor more than all', () => {
    expect(timeLeft(desktopWith(), noon + 24 * 3_600_000)).toMatchObject({ seconds: 0, used: 1 })
    // The clock of the node may be ahead of ours.
    expect(timeLeft(desktopWith({ startedAt: at(5) }), noon)?.used).toBe(0)
  })

  it('is not there before the start and after the end', () => {
    expect(timeLeft(queuedWith(), noon)).toBeUndefined()
    expect(timeLeft(desktopWith({ state: 'ended' }), noon)).toBeUndefined()
  })
})

describe('idleness', () => {
  const idle = desktopWith({ state: 'idle', lastUsedAt: at(-12), idleEndAt: at(18) })
  it('counts from the last use to the end that the site has set', () => {
    expect(idleSeconds(idle, noon)).toBe(720)
    expect(idleEndSeconds(idle, noon)).toBe(1080)
  })
  it('is none while somebody works in it', () => {
    const used: Desktop = { ...idle, state: 'connected' }
    expect(idleSeconds(used, noon)).toBeUndefined()
    expect(idleEndSeconds(used, noon)).toBeUndefined()
  })
  it('ends one that nobody has ever looked at', () =>
    expect(idleEndSeconds(desktopWith({ state: 'ready', idleEndAt: at(5) }), noon)).toBe(300))
})

it('shows a screen only where the X server answers', () => {
  const shown = (['queued', 'starting', 'ready', 'connected', 'idle', 'ended'] as const).filter((state) =>
    canShow({ state }),
  )
  expect(shown).toEqual(['ready', 'connected', 'idle'])
})

it('counts the cores of all tasks', () => {
  expect(coresOf({ tasks: 4 })).toBe(4)
  expect(coresOf({ tasks: 2, cpusPerTask: 8 })).toBe(16)
})

const made = (id: string, minutes: number, change: Partial<Desktop> = {}) =>
  desktopWith({ id, submittedAt: at(minutes), ...change })

describe('order', () => {
  it('puts one’s own first and the newest first, whatever its state, and the ended apart', () => {
    const { live, ended } = arranged(
      [
        made('1', -50, { state: 'idle' }),
        made('2', -10, { user: 'lee' }),
        made('3', -40, { state: 'ended', endedAt: at(-30) }),
        made('4', -20, { state: 'queued' }),
        made('5', -60, { state: 'ended', endedAt: at(-5) }),
      ],
      'kim',
    )
    expect(live.map(({ id }) => id)).toEqual(['4', '1', '2'])
    expect(ended.map(({ id }) => id)).toEqual(['5', '3'])
  })
  it('takes the greater number where two came at once', () =>
    expect(arranged([made('9', 0), made('10', 0)], 'kim').live.map(({ id }) => id)).toEqual(['10', '9']))
  it('knows whose a desktop is', () => {
    expect(isMine({ user: 'kim' }, 'kim')).toBe(true)
    expect(isMine({ user: 'lee' }, 'kim')).toBe(false)
    expect(isMine({ user: 'lee' }, undefined)).toBe(true)
  })
})

describe('a long queue', () => {
  it('is one that is expected, or has lasted, for more than a few minutes', () => {
    const just = queuedWith({ submittedAt: at(-1) })
    expect(waitsLong(just, noon)).toBe(false)
    expect(waitsLong({ ...just, expectedStart: at(2) }, noon)).toBe(false)
    expect(waitsLong({ ...just, expectedStart: at(20) }, noon)).toBe(true)
    expect(waitsLong(queuedWith({ submittedAt: at(-4) }), noon)).toBe(true)
  })
  it('is not what another partition could not mend', () => {
    expect(waitsLong(queuedWith({ reason: 'JobHeldUser' }), noon)).toBe(false)
    expect(waitsLong(queuedWith({ reason: 'QOSMaxJobsPerUserLimit' }), noon)).toBe(false)
    expect(waitsLong(desktopWith(), noon)).toBe(false)
  })

  const waits = queuedWith({
    resources: { partition: 'viz', nodes: 1, tasks: 8, memoryMb: 16_000, gpus: 1, timeMinutes: 120 },
  })
  const roomy = { gpusPerNode: 2, memoryPerNodeMb: 64_000, coresPerNode: 32, maxMinutes: 1440 }
  const names = (...partitions: ReturnType<typeof partitionWith>[]) =>
    otherPartitions(waits, partitions).map(({ name }) => name)
  it('names partitions that would take it as it is, and no others', () =>
    expect(
      names(
        partitionWith('viz', roomy),
        partitionWith('gpu', roomy),
        partitionWith('closed', { ...roomy, up: false }),
        partitionWith('no-gpu', { ...roomy, gpusPerNode: 0 }),
        partitionWith('small', { ...roomy, coresPerNode: 4 }),
        partitionWith('lean', { ...roomy, memoryPerNodeMb: 8000 }),
        partitionWith('short', { ...roomy, maxMinutes: 60 }),
      ),
    ).toEqual(['gpu']))
  it('takes the default partition for its own where it named none', () => {
    const plain = queuedWith()
    const found = otherPartitions(plain, [partitionWith('batch', { isDefault: true }), partitionWith('viz')])
    expect(found.map(({ name }) => name)).toEqual(['viz'])
  })
})
