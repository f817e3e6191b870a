import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type AgentPackage, openRemoteShell, uninstallAgent } from '../../src/core/agent-install/index.ts'
import {
  buildPackage,
  commands,
  commandsWithNode,
  failure,
  headNode,
  health,
  leave,
  own,
  packageOf,
  tidyUp,
  work,
} from '../helpers/head-node.ts'

let packaged: AgentPackage
beforeAll(async () => {
  packaged = await buildPackage()
}, 120_000)
afterEach(tidyUp)
afterAll(leave)

const no = (): Promise<boolean> => Promise.resolve(false)

describe('an account with nothing', () => {
  test('gets the agent after one question, finds it again, and is left without a trace', async () => {
    const node = headNode()
    const first = await node.find({ package: packaged })
    expect(first).toMatchObject({ mode: 'user', version: packaged.version, protocol: 1, offers: 1 })
    expect(first.told).toEqual(['looking', 'missing', 'installing', 'starting', 'running'])
    expect(await health(own(first).socket)).toMatchObject({ status: 'ok', product: 'headway-agent' })

    for (const [path, mode] of [
      ['', 0o700],
      ['bin', 0o700],
      ['bin/headway-agent', 0o700],
      [`versions/${readdirSync(join(node.base, 'versions'))[0]}/agent.js`, 0o600],
    ] as const) {
      expect((statSync(join(node.base, path)).mode & 0o777).toString(8)).toBe(mode.toString(8))
    }
    expect(readdirSync(join(node.base, 'incoming'))).toEqual([])
    expect(node.launcher()).toContain(`${node.base.replaceAll("'", `'\\''`)}/node/`)
    // From any folder, by a link as well.
    symlinkSync(join(node.base, 'bin/headway-agent'), join(work, 'linked'))
    const status = execFileSync(join(work, 'linked'), ['status'], {
      cwd: '/',
      env: { HOME: node.home, PATH: commands },
    })
    expect(JSON.parse(status.toString())).toMatchObject({ running: true })

    const again = await node.find({ package: packaged })
    expect(again).toMatchObject({ mode: 'user', socket: own(first).socket, offers: 0 })
    expect(again.told).toEqual(['looking', 'starting', 'running'])
    // The shell becomes the bridge, which greets.
    const bridge = (await node.shell()).become(own(again).bridge)
    const greeting = await new Promise<string>((resolve) =>
      bridge.once('data', (data: Buffer) => resolve(data.toString())),
    )
    expect(greeting).toMatch(/^headway-bridge-1 ready\n/)
    bridge.destroy()

    await uninstallAgent({ shell: await node.shell(), data: true })
    expect(readdirSync(node.home)).toEqual([])
    await expect(health(own(first).socket)).rejects.toThrow(/ENOENT|ECONNREFUSED/)
    // Nothing is there any more: no error.
    await uninstallAgent({ shell: await node.shell(), data: true })
  })

  test('says no, and nothing was written', async () => {
    const node = headNode()
    const told: string[] = []
    const asked = node.find({ package: packaged, confirm: no, tell: ({ state }) => void told.push(state) })
    expect(await failure(asked)).toMatchObject({ code: 'INSTALL_FAILED', data: { reason: 'declined', host: 'login1' } })
    expect(told).toEqual(['looking', 'missing', 'missing'])
    expect(readdirSync(node.home)).toEqual([])
  })

  test('is offered what is copied: less where the system has Node 24', async () => {
    const bare = headNode()
    const offers: object[] = []
    const confirm = (offer: object): Promise<boolean> => Promise.resolve(offers.push(offer) === 0)
    await failure(bare.find({ package: packaged, confirm }))
    const withNode = headNode({ path: commandsWithNode })
    await failure(withNode.find({ package: packaged, confirm }))
    const node = packaged.node['linux-x64']?.size ?? packaged.node['linux-arm64']?.size ?? 0
    expect(offers).toEqual([
      { folder: bare.base, bytes: packaged.bundle.size + node, version: packaged.version },
      { folder: withNode.base, bytes: packaged.bundle.size, version: packaged.version },
    ])
    expect(own(await withNode.find({ package: packaged })).version).toBe(packaged.version)
    expect(readdirSync(join(withNode.base, 'node'))).toEqual([])
  })

  test('two at once: one agent, both find it', async () => {
    const node = headNode()
    const [one, two] = await Promise.all([node.find({ package: packaged }), node.find({ package: packaged })])
    expect(own(one).socket).toBe(own(two).socket)
    expect(readdirSync(join(node.base, 'versions'))).toHaveLength(1)
    expect(readdirSync(join(node.base, 'incoming'))).toEqual([])
    expect(readdirSync(join(node.base, 'bin'))).toEqual(['headway-agent'])
    expect(own(await node.find({ package: packaged })).socket).toBe(own(one).socket)
  })

  test('the site has an agent for all: nothing is installed', async () => {
    const node = headNode()
    const siteFile = join(work, 'agent.json')
    writeFileSync(siteFile, JSON.stringify({ url: 'http://127.0.0.1:5010', command: '/opt/headway/bin/headway-agent' }))
    expect(await node.find({ package: packaged, siteFile })).toMatchObject({
      mode: 'site',
      url: 'http://127.0.0.1:5010',
      bridge: '/opt/headway/bin/headway-agent bridge',
      offers: 0,
    })
    expect(readdirSync(node.home)).toEqual([])
    // A file that means nothing, or leads elsewhere, is none.
    writeFileSync(siteFile, JSON.stringify({ url: 'http://evil.example:80' }))
    expect(await failure(node.find({ package: packaged, siteFile, confirm: no }))).toMatchObject({
      data: { reason: 'declined' },
    })
  })
})

describe('copying', () => {
  test('goes on after a cut where it was', async () => {
    const node = headNode()
    const size = packaged.bundle.size + (packaged.node['linux-x64']?.size ?? packaged.node['linux-arm64']?.size ?? 0)
    const process = node.process()
    const shell = await openRemoteShell(process, { host: 'login1' })
    // The channel breaks after a third of what it is to carry.
    let carried = 0
    const write = process.write.bind(process)
    process.write = (chunk: string | Uint8Array) => {
      carried += chunk.length
      if (carried > size / 3) process.destroy()
      return write(chunk)
    }
    expect(await failure(node.find({ package: packaged, shell }))).toMatchObject({
      code: 'SSH_FAILED',
      data: { reason: 'closed' },
    })
    const incoming = join(node.base, 'incoming')
    const [part = ''] = readdirSync(incoming)
    const left = statSync(join(incoming, part)).size
    expect(left).toBeGreaterThan(size / 4)

    let first: number | undefined
    const found = await node.find({
      package: packaged,
      tell: ({ progress }) => {
        if (progress !== undefined && progress.done > 0) first ??= progress.done
      },
    })
    expect(own(found).version).toBe(packaged.version)
    expect(first).toBeGreaterThanOrEqual(Math.floor(left / 65_536) * 65_536)
  })

  test('begins anew where what is left is not the same', async () => {
    const node = headNode()
    const incoming = join(node.base, 'incoming')
    mkdirSync(incoming, { recursive: true })
    writeFileSync(join(incoming, `${packaged.bundle.sha256}.part`), Buffer.alloc(400_000, 'x'))
    expect(own(await node.find({ package: packaged })).version).toBe(packaged.version)
  })

  test('of a file that is not what the manifest says is refused, and nothing is started', async () => {
    const node = headNode()
    const path = join(work, 'damaged.tgz')
    cpSync(packaged.bundle.path, path)
    const bytes = readFileSync(path)
    bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000)
    writeFileSync(path, bytes)
    const damaged = { ...packaged, bundle: { ...packaged.bundle, path } }
    expect(createHash('sha256').update(bytes).digest('hex')).not.toBe(damaged.bundle.sha256)
    expect(await failure(node.find({ package: damaged }))).toMatchObject({ data: { reason: 'damaged' } })
    expect(readdirSync(join(node.base, 'bin'))).toEqual([])
    expect(readdirSync(join(node.base, 'versions'))).toEqual([])
    expect(readdirSync(join(node.base, 'incoming'))).toEqual([])
  })
})

describe('an account with an agent', () => {
  test('that is older gets the newer one without a question; the old one ends', async () => {
    const node = headNode()
    const old = own(await node.find({ package: await packageOf('0.0.9', 1) }))
    expect(node.launcher()).toContain('# headway-agent 0.0.9 protocol 1\n')
    const before = node.command('status')['pid']
    const upgraded = await node.find({ package: packaged })
    expect(upgraded).toMatchObject({ mode: 'user', socket: old.socket, offers: 0 })
    expect(upgraded.told).toEqual(['looking', 'installing', 'starting', 'running'])
    expect(node.command('status')['pid']).not.toBe(before)
    expect(node.launcher()).toContain(`# headway-agent ${packaged.version} protocol 1\n`)
    expect(await health(old.socket)).toMatchObject({ status: 'ok' })
    // An older Headway leaves the newer agent as it is.
    expect((await node.find({ package: await packageOf('0.0.9', 1) })).told).toEqual(['looking', 'starting', 'running'])
    expect(node.launcher()).toContain(`# headway-agent ${packaged.version} protocol 1\n`)
  })

  test('that is broken gets it again without a question', async () => {
    const node = headNode()
    await node.find({ package: packaged })
    node.command('stop')
    const [version = ''] = readdirSync(join(node.base, 'versions'))
    for (const broken of [
      () => rmSync(join(node.base, 'node'), { recursive: true }),
      () => writeFileSync(join(node.base, 'versions', version, 'agent.js'), ''),
    ]) {
      broken()
      const again = await node.find({ package: packaged })
      expect(again).toMatchObject({ mode: 'user', offers: 0 })
      expect(await health(own(again).socket)).toMatchObject({ status: 'ok' })
      node.command('stop')
    }
  })

  test('that says why it cannot start is not installed again', async () => {
    const node = headNode()
    await node.find({ package: packaged })
    node.command('stop')
    writeFileSync(join(node.base, 'agent/agent.yaml'), 'port: nonsense\n')
    const value = await failure(node.find({ package: packaged }))
    expect(value).toMatchObject({ code: 'INSTALL_FAILED', data: { reason: 'start' } })
    rmSync(join(node.base, 'agent/agent.yaml'))
  })

  test('keeps its data where only the program goes', async () => {
    const node = headNode()
    await node.find({ package: packaged })
    await uninstallAgent({ shell: await node.shell(), data: false })
    expect(readdirSync(node.base)).toEqual(['agent'])
  })
})
