import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Failure } from '../kit/failure.ts'

const derive = promisify(argon2)

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const TAG_BYTES = 32

/** Hashing shares the thread pool with file access: more than this at a time would starve uploads. */
const AT_ONCE = 2
const WAITING = 256

const encode = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')

function createGate() {
  let running = 0
  const waiting: (() => void)[] = []
  return async function pass<T>(work: () => Promise<T>): Promise<T> {
    if (running >= AT_ONCE) {
      if (waiting.length >= WAITING) {
        throw new Failure('RATE_LIMITED', 'Too many people are signing in. Try again in a moment.', { retryAfter: 2 })
      }
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else {
      running += 1
    }
    try {
      return await work()
    } finally {
      // The place goes straight to the next in line.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
const gate = createGate()

/** A PHC string, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. Failure RATE_LIMITED where too many wait. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const { memory, passes, parallelism } = cost
  const message = password.normalize('NFC')
  const tag = await gate(() => derive('argon2id', { message, nonce, tagLength: TAG_BYTES, ...cost }))
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(nonce)}$${encode(tag)}`
}

const phc = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** Whether the password belongs to the hash; false for a hash of another kind. Failure RATE_LIMITED where too many wait. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt = '', expected = ''] = phc.exec(hash) ?? []
  if (memory === undefined) return false
  const tag = Buffer.from(expected, 'base64')
  const parameters = {
    message: password.normalize('NFC'),
    nonce: Buffer.from(salt, 'base64'),
    tagLength: tag.length,
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  }
  return timingSafeEqual(await gate(() => derive('argon2id', parameters)), tag)
}
