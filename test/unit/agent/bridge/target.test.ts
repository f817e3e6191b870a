import { expect, test } from 'vitest'
import { targetOf } from '../../../../agent/src/bridge/target.ts'

const connect = (authority: string) => targetOf({ ':method': 'CONNECT', ':authority': authority })
const socket = (path: string | string[]) =>
  targetOf({ ':method': 'CONNECT', ':authority': 'socket', 'headway-socket': path })

test.each([
  ['node1:8080', { host: 'node1', port: 8080 }],
  ['127.0.0.1:1', { host: '127.0.0.1', port: 1 }],
  ['[::1]:65535', { host: '::1', port: 65_535 }],
  ['[fe80::1%eth0]:22', { host: 'fe80::1%eth0', port: 22 }],
  ['node-1.cluster.example:443', { host: 'node-1.cluster.example', port: 443 }],
])('understands the authority %s', (authority, target) => {
  expect(connect(authority)).toEqual(target)
})

test.each([
  '',
  'node1',
  ':80',
  'node1:',
  'node1:0',
  'node1:65536',
  'node1:99999',
  'a b:80',
  '::1:80',
  '[::1]',
  '[x]:80',
])('refuses the authority %j', (authority) => expect(connect(authority)).toBeUndefined())

test.each(['user@node1:80', 'node1/x:80', 'http://node1:80', 'node1:80\n', 'node1:-1', 'node1:1e3', 'node1:80 '])(
  'refuses what is more than host and port: %j',
  (authority) => expect(connect(authority)).toBeUndefined(),
)

test('takes a socket by its absolute path, in UTF-8 as it came over the wire', () => {
  expect(socket('/run/user/1000/headway/agent.sock')).toEqual({ path: '/run/user/1000/headway/agent.sock' })
  expect(socket(Buffer.from('/tmp/솔버.sock').toString('latin1'))).toEqual({ path: '/tmp/솔버.sock' })
})

test.each(['', 'agent.sock', './agent.sock', '@abstract', '/tmp/a\0b'])('refuses the socket %j', (path) =>
  expect(socket(path)).toBeUndefined(),
)

test('refuses a socket that is named twice', () => {
  expect(socket(['/a', '/b'])).toBeUndefined()
})

test('refuses every other method', () => {
  expect(targetOf({ ':method': 'GET', ':authority': 'node1:80' })).toBeUndefined()
  expect(targetOf({ ':authority': 'node1:80' })).toBeUndefined()
})
