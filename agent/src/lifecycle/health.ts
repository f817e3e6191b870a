import { request } from 'node:http'

/** As much of `GET /health` as the commands go by; contract/agent/version.ts. */
export interface AgentHealth {
  version: string
  protocol: number
}

const PATIENCE_MS = 2000
/** An agent's answer has some 200 bytes. */
const MAX_BYTES = 16_384

function read(text: string): AgentHealth | undefined {
  try {
    const { product, version, protocol } = JSON.parse(text) as Record<string, unknown>
    if (product !== 'headway-agent' || typeof version !== 'string' || !Number.isInteger(protocol)) return undefined
    return { version, protocol: Number(protocol) }
  } catch {
    return undefined
  }
}

/** Asks the agent behind a unix socket how it is; undefined where none answers within 2 s. */
export function askHealth(socket: string): Promise<AgentHealth | undefined> {
  return new Promise((resolve) => {
    const asked = request({
      socketPath: socket,
      path: '/health',
      agent: false,
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    asked.once('error', () => resolve(undefined))
    asked.once('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (piece: string) => {
        text += piece
        if (text.length > MAX_BYTES) answer.destroy()
      })
      answer.once('error', () => resolve(undefined))
      answer.once('close', () => resolve(answer.statusCode === 200 ? read(text) : undefined))
    })
    asked.end()
  })
}
