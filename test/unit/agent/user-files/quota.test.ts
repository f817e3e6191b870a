import { expect, test } from 'vitest'
import { parseQuota } from '../../../../agent/src/user-files/quota.ts'

const text = `Disk quotas for user kim (uid 1001): 
     Filesystem  blocks   quota   limit   grace   files   quota   limit   grace
              /    1000       0       0       0       5       0       0       0
          /home  10485760* 10485760 20971520 1893456000  120  0       0       0
    /home/group     512    1024       0       0       1       0       0       0
       /scratch       0       0   20480       0       0       0       0       0
`

test('the quota is that of the file system which holds the folder, the hard limit before the soft one', () => {
  expect(parseQuota(text, '/home/kim/.headway')).toEqual({ used: 10 * 2 ** 30, limit: 20 * 2 ** 30 })
  expect(parseQuota(text, '/home/group/kim')).toEqual({ used: 512 * 1024, limit: 2 ** 20 })
  expect(parseQuota(text, '/scratch')).toEqual({ used: 0, limit: 20 * 2 ** 20 })
})

test('without a limit there is no quota', () => {
  expect(parseQuota(text, '/homes/kim')).toBeUndefined()
  expect(parseQuota('Disk quotas for user kim (uid 1001): none\n', '/home/kim')).toBeUndefined()
  expect(parseQuota('', '/home/kim')).toBeUndefined()
})
