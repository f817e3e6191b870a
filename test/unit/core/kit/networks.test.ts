import type { NetworkInterfaceInfo } from 'node:os'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createNetworks, networksOf, type Networks } from '../../../../src/core/kit/networks.ts'

const entry = (cidr: string, internal = false): NetworkInterfaceInfo => {
  const [address = ''] = cidr.split('/')
  const base = { address, netmask: '', mac: '00:00:00:00:00:01', internal, cidr }
  return address.includes(':') ? { ...base, family: 'IPv6', scopeid: 0 } : { ...base, family: 'IPv4' }
}
const home = { wlan0: [entry('192.168.10.7/24')] }
const office = { eth0: [entry('10.3.77.5/20')] }

describe('the networks of a machine', () => {
  it.each([
    ['192.168.10.7/24', '192.168.10.0/24'],
    ['10.3.77.5/20', '10.3.64.0/20'],
    ['172.31.255.254/12', '172.16.0.0/12'],
    ['203.0.113.9/32', '203.0.113.9/32'],
    ['2001:db8:0:7:a1b2:c3d4:e5f6:1/64', '2001:db8:0:7::/64'],
    ['2001:db8::1/128', '2001:db8::1/128'],
    ['fd12:3456:789a:ffff::1/50', 'fd12:3456:789a:c000::/50'],
  ])('%s is in %s', (cidr, id) => {
    expect(networksOf({ eth0: [entry(cidr)] })).toEqual([{ id, interface: 'eth0' }])
  })

  it('are sorted and named once, without those of the machine itself and of a single cable', () => {
    const found = networksOf({
      lo: [entry('127.0.0.1/8', true), entry('::1/128', true)],
      wlan0: [entry('192.168.10.8/24'), entry('fe80::1/64'), entry('2001:db8:0:7::5/64'), entry('2001:db8:0:7::6/64')],
      eth0: [entry('192.168.10.7/24'), entry('169.254.3.4/16'), entry('10.0.0.1/8')],
      tun0: undefined,
    })
    expect(found).toEqual([
      { id: '10.0.0.0/8', interface: 'eth0' },
      { id: '192.168.10.0/24', interface: 'eth0' },
      { id: '2001:db8:0:7::/64', interface: 'wlan0' },
    ])
  })

  it('are found on this machine', () => {
    const networks = createNetworks()
    for (const { id } of networks.current()) expect(id).toMatch(/^[0-9a-f.:]+\/\d+$/)
    networks.close()
  })
})

describe('what happens to them', () => {
  let here: Parameters<typeof networksOf>[0]
  let networks: Networks
  let told: string[]
  beforeEach(() => {
    vi.useFakeTimers()
    here = home
    told = []
    networks = createNetworks({ interfaces: () => here })
    networks.onChange((what) => told.push(what))
  })
  afterEach(() => {
    networks.close()
    vi.useRealTimers()
  })

  it('is told when the machine comes into another one, or into none', () => {
    vi.advanceTimersByTime(60_000)
    expect(told).toEqual([])
    here = office
    vi.advanceTimersByTime(5000)
    expect(told).toEqual(['changed'])
    expect(networks.current()).toEqual([{ id: '10.3.64.0/20', interface: 'eth0' }])
    here = {}
    vi.advanceTimersByTime(5000)
    expect(told).toEqual(['changed', 'changed'])
    expect(networks.current()).toEqual([])
  })

  it('is told when the machine slept, once, whether or not it woke elsewhere', () => {
    vi.advanceTimersByTime(5000)
    here = office
    vi.setSystemTime(Date.now() + 600_000)
    vi.advanceTimersByTime(10_000)
    expect(told).toEqual(['woke'])
    expect(networks.current()).toEqual([{ id: '10.3.64.0/20', interface: 'eth0' }])
  })

  it('is not told of a machine that is merely busy', () => {
    vi.setSystemTime(Date.now() + 14_000)
    vi.advanceTimersByTime(5000)
    expect(told).toEqual([])
  })

  it('is not told any more once it is closed', () => {
    networks.close()
    here = office
    vi.advanceTimersByTime(60_000)
    expect(told).toEqual([])
  })
})
