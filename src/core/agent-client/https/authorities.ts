import { X509Certificate } from 'node:crypto'
import { open } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { Worker } from 'node:worker_threads'
import { tlsFailed } from './failure.ts'

/** The largest bundle of certificates in use has some 300 kB. */
const largestFile = 16 * 1024 * 1024

let known: Promise<{ certificates: string[]; context: SecureContext }> | undefined

/**
 * What certificates are checked with: the authorities of Node and of the operating system, and those of `caFile`. Reading the
 * system's took 96 ms and making a context of the 330 together 15 ms (Debian 12, Node 24.21, 2 cores), and macOS is known to take
 * longer: read in a thread, once, when first needed. Rejects with TLS_FAILED `ca-file`, naming the file.
 */
export async function trustedAuthorities(host: string, caFile?: string): Promise<SecureContext> {
  known ??= readKnown()
  const { certificates, context } = await known
  if (caFile === undefined) return context
  return createSecureContext({ ca: [...certificates, ...(await readCaFile(host, caFile))] })
}

async function readKnown(): Promise<{ certificates: string[]; context: SecureContext }> {
  const own = getCACertificates('default')
  const certificates = [...new Set([...own, ...(await readSystem())])]
  try {
    return { certificates, context: createSecureContext({ ca: certificates }) }
  } catch {
    // One of the system's that this build of Node cannot use.
    return { certificates: own, context: createSecureContext({ ca: own }) }
  }
}

/** A system whose store cannot be read leaves those that came with Node. */
function readSystem(): Promise<string[]> {
  const program = `
    const { parentPort } = require('node:worker_threads')
    parentPort.postMessage(require('node:tls').getCACertificates('system'))`
  return new Promise((resolve) => {
    const thread = new Worker(program, { eval: true, env: {}, execArgv: [] })
    thread.once('message', (certificates: string[]) => resolve(certificates))
    thread.once('error', () => resolve([]))
    thread.once('exit', () => resolve([]))
  })
}

async function readCaFile(host: string, path: string): Promise<string[]> {
  const wrong = (reason: string) => tlsFailed(host, 'ca-file', `${path}: ${reason}`)
  const file = path.startsWith('~/') ? join(homedir(), path.slice(2)) : path
  if (!isAbsolute(file)) throw wrong('must be a whole path')
  let text: string
  try {
    text = await readBounded(file)
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : 'cannot be read')
  }
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (certificates.length === 0) throw wrong('holds no certificate in PEM form')
  if (!certificates.every(isCertificate)) throw wrong('holds a damaged certificate')
  return certificates
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0
  } catch {
    return false
  }
}

async function readBounded(file: string): Promise<string> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    if (size > largestFile) throw new Error('is far too large for certificates')
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}
