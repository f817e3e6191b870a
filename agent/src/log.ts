import { destination, pino, type Logger } from 'pino'

/** Lines of JSON on standard error. Addresses are logged by their path alone: a query may carry a token. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      redact: { paths: ['*.password', '*.authorization', '*.token', '*.refresh_token'], censor: '[hidden]' },
    },
    destination({ fd: 2, sync: true }),
  )
}
