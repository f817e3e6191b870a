import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Reservations } from '../../../../agent/src/uploads/reservations.ts'
import { Space } from '../../../../agent/src/uploads/space.ts'
import { parseQuota } from '../../../../agent/src/user-files/quota.ts'

const GB = 2 ** 30
/** What `quota` prints, in blocks of 1 KiB. */
const printed = (used: number, limit: number) => `Disk quotas for user kim (uid 1001):
     Filesystem  blocks   quota   limit   grace   files   quota   limit   grace
          /home  ${used / 1024}       0 ${limit / 1024}       0       5       0       0       0
`

let disk: number
let quotas: Record<string, string>
let asked: number
let reservations: Reservations

function space(runAs: 'self' | 'sudo'): Space {
  return new Space({
    config: { runAs },
    reservations,
    files: {
      space: async () => ({ free: disk, total: 10 * disk }),
      quota: async (user) => {
        asked += 1
        return parseQuota(quotas[user] ?? '', `/home/${user}`)
      },
    },
  })
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  disk = 1000 * GB
  quotas = {}
  asked = 0
  reservations = new Reservations()
})
afterEach(() => vi.useRealTimers())

describe('before an upload is accepted', () => {
  it('what is free on the disk has to be enough, with what others were promised', async () => {
    const at = space('sudo')
    reservations.set({ id: 'a', user: 'lee' }, 990 * GB)
    await at.check('kim', 10 * GB)
    await expect(at.check('kim', 11 * GB)).rejects.toMatchObject({
      code: 'NO_SPACE',
      message: 'There is not enough space on the cluster: 11 GB needed, 10 GB free.',
      details: { needed: 11 * GB, free: 10 * GB },
    })
  })

  it('so has what the quota leaves, with what this user was promised', async () => {
    const at = space('sudo')
    quotas = { kim: printed(30 * GB, 100 * GB), lee: printed(0, 100 * GB) }
    reservations.set({ id: 'a', user: 'kim' }, 20 * GB)
    reservations.set({ id: 'b', user: 'lee' }, 90 * GB)
    await expect(at.check('kim', 51 * GB)).rejects.toMatchObject({
      code: 'NO_SPACE',
      message: 'The quota of your files on the cluster does not leave enough: 51 GB needed, 50 GB of 100 GB free.',
      details: { needed: 51 * GB, free: 50 * GB, limit: 100 * GB },
    })
    await at.check('kim', 50 * GB)
    await at.check('lee', 10 * GB)
  })

  it('one quota is that of all where all files are the agent’s own', async () => {
    const at = space('self')
    quotas = { kim: printed(0, 100 * GB), lee: printed(0, 100 * GB) }
    reservations.set({ id: 'b', user: 'lee' }, 90 * GB)
    await expect(at.check('kim', 11 * GB)).rejects.toMatchObject({ details: { free: 10 * GB } })
  })

  it('a folder of files asks for the quota once in a while, and never promises more than it leaves', async () => {
    const at = space('sudo')
    quotas = { kim: printed(0, 10 * GB) }
    for (let file = 0; file < 100; file++) await at.check('kim', GB / 10)
    expect(asked).toBe(1)
    // These were cancelled meanwhile: it is looked at again before anybody is refused.
    await at.check('kim', GB)
    expect(asked).toBe(2)
    vi.setSystemTime(Date.now() + 11_000)
    await at.check('kim', GB)
    expect(asked).toBe(3)
    for (let file = 0; file < 50; file++) await at.check('lee', GB)
    expect(asked).toBe(4)
  })
})

describe('when a write found no space', () => {
  it('the answer says whether it was the disk or the quota', async () => {
    const at = space('sudo')
    disk = 5
    expect(await at.full('kim', 7)).toMatchObject({
      code: 'NO_SPACE',
      message: 'The disk of the cluster is full. What has arrived is kept.',
      details: { needed: 7, free: 5 },
    })
    disk = GB
    quotas = { kim: printed(2 * GB, 2 * GB) }
    expect(await at.full('kim', 7)).toMatchObject({
      message: 'The quota of your files on the cluster is used up. What has arrived is kept.',
      details: { needed: 7, free: 0, limit: 2 * GB },
    })
  })
})
