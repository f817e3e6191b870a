import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface ServerKey {
  key: string
  cert: string
  /** `SHA256:…` of the public key, as openssl computes it. */
  pin: string
}

/** An authority of the tests' own and servers' certificates, made by openssl in a folder that `close` removes. */
export interface Certificates {
  /** PEM file of the authority. */
  caFile: string
  folder: string
  /** Signed by the authority for these names; valid from and to, in days from now, where they are not the next two. */
  signed(names: readonly string[], days?: { from: number; to: number }): Promise<ServerKey>
  selfSigned(name: string): Promise<ServerKey>
  close(): Promise<void>
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'headway-certificates-'))
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder, encoding: 'buffer' })
  let made = 0
  const next = (): string => `k${(made += 1)}`
  const read = async (name: string): Promise<ServerKey> => {
    const cert = await readFile(join(folder, `${name}.pem`), 'utf8')
    const key = await readFile(join(folder, `${name}.key`), 'utf8')
    await openssl('pkey', '-in', `${name}.key`, '-pubout', '-outform', 'DER', '-out', `${name}.spki`)
    const digest = await openssl('dgst', '-sha256', '-binary', `${name}.spki`)
    return { key, cert, pin: `SHA256:${digest.stdout.toString('base64').replace(/=$/, '')}` }
  }
  const selfSigned = async (name: string): Promise<ServerKey> => {
    const id = next()
    const names = ['-subj', `/O=Tests/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`]
    await openssl('req', '-x509', ...newKey, '-keyout', `${id}.key`, '-out', `${id}.pem`, '-days', '2', ...names)
    return read(id)
  }
  const ca = ['-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30', '-subj', '/O=Tests/CN=Test CA']
  await openssl('req', '-x509', ...newKey, ...ca, '-addext', 'keyUsage=critical,keyCertSign')
  // `openssl ca`, because `openssl x509` of 3.0 cannot say when a certificate begins to be valid.
  await writeFile(join(folder, 'index.txt'), '')
  await writeFile(
    join(folder, 'ca.cnf'),
    ['[ca]', 'default_ca=d', '[d]', 'database=index.txt', 'new_certs_dir=.', 'rand_serial=yes', 'default_md=sha256']
      .concat(['unique_subject=no', 'policy=p', 'copy_extensions=copy', '[p]', 'commonName=supplied'])
      .join('\n'),
  )
  return {
    folder,
    caFile: join(folder, 'ca.pem'),
    selfSigned,
    async signed(names, days = { from: -1, to: 2 }) {
      const id = next()
      const alternatives = names.map((name) => (/^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`)).join()
      const subject = ['-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${alternatives}`]
      await openssl('req', '-new', ...newKey, '-keyout', `${id}.key`, '-out', `${id}.csr`, ...subject)
      const authority = ['-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-batch', '-notext']
      const dates = ['-startdate', stamp(days.from), '-enddate', stamp(days.to)]
      await openssl('ca', ...authority, ...dates, '-in', `${id}.csr`, '-out', `${id}.pem`)
      return read(id)
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

/** YYYYMMDDHHMMSSZ, as openssl wants it. */
const stamp = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
