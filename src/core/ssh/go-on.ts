import { AppError, appError } from '../kit/app-error.ts'
import type { SshConnection } from './connection.ts'

/** The system's ssh (mux.c) says so of its way; else it is the host before that failed. */
const ofSystem = /stdio forwarding (request )?failed/i

/** Why the way from one login node to the next was closed, where that is no matter of signing in there. */
const isNoWay = (error: unknown, next: string): error is AppError =>
  error instanceof AppError &&
  error.value.code === 'SSH_FAILED' &&
  (error.value.data.host !== next || ofSystem.test(error.value.data.detail))

const isForbidden = (error: AppError): boolean =>
  error.value.code === 'SSH_FAILED' && error.value.data.reason === 'forwarding-forbidden'

/**
 * Opens a connection to another login node through the one at hand. Where that forbids forwarding, through the bridge on it.
 * Rejects with INSTALL_FAILED `elsewhere` where it cannot be reached from there, else as signing in to it does.
 */
export async function goOnTo(parts: {
  /** As errors name the site, and the next node. */
  label: string
  next: string
  through: SshConnection
  bridge: string
  open: (through: SshConnection) => Promise<SshConnection>
}): Promise<SshConnection> {
  const { label, next, through, open } = parts
  const noWay = (error: unknown): unknown => {
    if (!isNoWay(error, next)) return error
    const detail = `${next}: ${error.message}`
    return appError('INSTALL_FAILED', { host: label, reason: 'elsewhere', detail }, `The agent is on ${detail}`)
  }
  try {
    return await open(through)
  } catch (error) {
    if (!isNoWay(error, next) || !isForbidden(error)) throw noWay(error)
    through.useBridge(parts.bridge)
    try {
      return await open(through)
    } catch (again) {
      throw noWay(again)
    }
  }
}
