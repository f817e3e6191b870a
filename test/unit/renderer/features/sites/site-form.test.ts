import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { app } from '../../../../../contract/app.ts'
import { understandAddress } from '../../../../../src/renderer/features/sites/address.ts'
import {
  emptyForm,
  formOf,
  hasAdvanced,
  inputOf,
  pinFits,
  type SiteForm,
} from '../../../../../src/renderer/features/sites/site-form.ts'

const input = (change: Partial<SiteForm>) => {
  const form = { ...emptyForm, ...change }
  const understood = understandAddress(form.where)
  if (understood.kind !== 'ssh' && understood.kind !== 'https') throw new Error('not an address')
  const made = inputOf(form, understood)
  expect([...Value.Errors(app.sites.methods.add.input, made)]).toEqual([])
  return made
}
const pin = `SHA256:${'a'.repeat(43)}`

describe('the form of a site', () => {
  it('sends no option that was not chosen', () =>
    expect(input({ where: 'alice@head', name: ' ' })).toEqual({ url: 'ssh://alice@head', ssh: {} }))

  it('sends what was chosen for SSH, and nothing of HTTPS', () =>
    expect(
      input({
        where: 'hpc',
        name: 'Seoul',
        client: 'system',
        streams: 'bridge',
        knownHosts: 'user',
        proxyJump: ' gw ',
        identityFile: '~/.ssh/id',
        connections: 4,
        proxyKind: 'none',
        pin,
      }),
    ).toEqual({
      url: 'ssh://hpc',
      name: 'Seoul',
      ssh: {
        client: 'system',
        streams: 'bridge',
        knownHosts: 'user',
        proxyJump: 'gw',
        identityFile: '~/.ssh/id',
        connections: 4,
      },
    }))

  it('sends what was chosen for HTTPS', () => {
    const where = 'https://lab.example'
    expect(input({ where, proxyKind: 'none', caFile: '/ca.pem', pin })).toEqual({
      url: where,
      https: { proxy: 'none', caFile: '/ca.pem', pin },
    })
    expect(input({ where, proxyKind: 'address', proxy: 'http://p:3128' }).https).toEqual({ proxy: 'http://p:3128' })
    expect(input({ where, proxyKind: 'address' }).https).toEqual({})
  })

  it('is filled with a site and sends the same again', () => {
    const site = {
      name: 'Seoul',
      url: 'ssh://alice@head:2222',
      ssh: { client: 'system', proxyJump: 'gw', connections: 2 },
    } as const
    const form = formOf(site)
    expect(form.where).toBe('alice@head:2222')
    expect(input(form)).toEqual(site)
    const lab = { name: 'Lab', url: 'https://lab.example', https: { proxy: 'http://p:3128', pin } }
    expect(input(formOf(lab))).toEqual(lab)
    expect(formOf({ name: '', url: 'https://x', https: { proxy: 'none' } }).proxyKind).toBe('none')
  })

  it('unfolds what is not as usual', () => {
    expect(hasAdvanced({ ...emptyForm, where: 'x', name: 'y' })).toBe(false)
    expect(hasAdvanced({ ...emptyForm, proxyJump: 'gw' })).toBe(true)
  })

  it('knows a pin', () => {
    expect(pinFits('')).toBe(true)
    expect(pinFits(` ${pin}= `)).toBe(true)
    expect(pinFits('SHA256:short')).toBe(false)
    expect(pinFits('sha1:abc')).toBe(false)
  })
})
