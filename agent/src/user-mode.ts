import { dirname, resolve } from 'node:path'
import { userInfo } from 'node:os'
import type { Environment } from './kit/places.ts'
import { MAX_SOCKET_PATH, ownFolder, runtimeSocket } from './kit/runtime-folder.ts'
import type { Settings } from './settings.ts'

/** Settings of an agent for many, or of one that the network reaches: [variable, whether it is set]. */
const foreign = (settings: Settings): [string, boolean][] => [
  ['HEADWAY_RUN_AS', settings.runAs === 'sudo'],
  ['HEADWAY_WS_PORT', settings.wsPort !== undefined],
  ['HEADWAY_METRICS_PORT', settings.metrics !== undefined],
  ['HEADWAY_REGISTRATION', settings.registration === true],
  ['HEADWAY_LOCAL_MULTI_USER', settings.scheduler?.allowMultiUser === true],
  ['JWT_JWKS_URL', settings.jwt?.jwksUrl !== undefined],
  ['ALLOWED_ORIGINS', (settings.allowedOrigins ?? []).length > 0],
  ['TRUSTED_PROXIES', (settings.trustedProxies ?? []).length > 0],
]

/** A setting that would open a user's own agent to others, and why it is refused. Undefined where there is none. */
export function misplaced(settings: Settings): [key: string, reason: string] | undefined {
  const found = foreign(settings).find(([, isSet]) => isSet)
  if (found !== undefined) return [found[0], 'has no place in user mode: that agent serves its owner alone']
  const socket = settings.socket === undefined ? '' : resolve(settings.socket)
  if (Buffer.byteLength(socket) <= MAX_SOCKET_PATH) return undefined
  return ['HEADWAY_SOCKET', `is longer than a unix socket's path may be, ${MAX_SOCKET_PATH} bytes`]
}

/** The socket's path, in a folder that is there and ours alone. Throws RuntimeFolderError. */
export function socketFor({ socket }: Pick<Settings, 'socket'>, environment: Environment): string {
  if (socket === undefined) return runtimeSocket(environment)
  ownFolder(dirname(resolve(socket)))
  return resolve(socket)
}

/**
 * The account this process has, written as a user's name may be: it names folders, and accounts of a directory service are
 * also written `DOMAIN\name`. Throws the system's error where the account has no name.
 */
export function ownersName(account: string = userInfo().username): string {
  const name = account
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}._@-]/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
  return /^.{1,64}/u.exec(name)?.[0] ?? 'owner'
}
