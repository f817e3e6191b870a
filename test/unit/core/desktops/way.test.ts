import { describe, expect, it } from 'vitest'
import type { DesktopEndpoint } from '../../../../contract/agent/desktops.ts'
import { waysTo, type Way } from '../../../../src/core/desktops/way.ts'

const host = 'viz1'
const certificate = 'a'.repeat(64)
const socket = '/tmp/headway-12345678/rfb'
const [relay, onSocket, onPort] = [
  { kind: 'relay' },
  { socketPath: socket },
  { host: '127.0.0.1', port: 5901 },
] as const
const far = { host, here: false }
const near = { host, here: true }

describe('the ways to an X server', () => {
  it.each<[string, DesktopEndpoint, ssh: Way[], https: Way[], sharedBySsh: Way[], shared: Way[]]>([
    [
      'a socket beside the agent',
      { ...near, socket },
      [{ kind: 'head', target: onSocket }, relay],
      [relay],
      // A socket opens to its owner alone.
      [relay],
      [relay],
    ],
    [
      'a port beside the agent',
      { ...near, port: 5901 },
      [{ kind: 'head', target: onPort }, relay],
      [relay],
      [relay, { kind: 'head', target: onPort }],
      [relay],
    ],
    ['a socket of a node', { ...far, socket }, [{ kind: 'node', host, target: onSocket }], [], [], []],
    [
      'a port of a node',
      { ...far, port: 5901 },
      [{ kind: 'node', host, target: onPort }],
      [],
      [{ kind: 'node', host, target: onPort }],
      [],
    ],
    [
      'a port in the network',
      { ...far, port: 5901, certificate },
      [{ kind: 'head', target: { host, port: 5901 } }, relay],
      [relay],
      [relay, { kind: 'head', target: { host, port: 5901 } }],
      [relay],
    ],
    ['nowhere', far, [], [], [], []],
  ])('%s', (_name, endpoint, bySsh, byHttps, sharedBySsh, shared) => {
    expect(waysTo(endpoint, { ssh: true, shared: false })).toEqual(bySsh)
    expect(waysTo(endpoint, { ssh: false, shared: false })).toEqual(byHttps)
    expect(waysTo(endpoint, { ssh: true, shared: true })).toEqual(sharedBySsh)
    expect(waysTo(endpoint, { ssh: false, shared: true })).toEqual(shared)
  })
})
