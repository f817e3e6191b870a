import { expect, it } from 'vitest'
import { describeFailure } from '../../../src/cli/failure.ts'
import { RpcError } from '../../../src/rpc/types.ts'

const said = (data: { needed: number; free: number; here?: true }) =>
  describeFailure(new RpcError({ code: 'NO_SPACE', data, message: 'Full.' })).message

it('says where room has to be made: on the cluster, or here', () => {
  expect(said({ needed: 5, free: 0 })).toBe('Full. Remove old files on the cluster, or ask for more quota.')
  expect(said({ needed: 5, free: 0, here: true })).toBe('Full. Make room here, then try again.')
})
