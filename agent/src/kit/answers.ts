import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { AgentError } from '../../../contract/agent/errors.ts'
import { Failure, isFull } from './failure.ts'

/** What the client reads; `reference` of an INTERNAL one finds it in the log. */
export function bodyOf({ code, message, details, retryAfter, warnings }: Failure): AgentError {
  return {
    error: message,
    code,
    ...(details === undefined ? {} : { details }),
    ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
    ...(warnings === undefined ? {} : { warnings }),
  }
}

/** Any error as a refusal; undefined where it is a fault of ours. Only our own sentences get out, never an error's text. */
function refusalOf(error: FastifyError | Failure): Failure | undefined {
  if (error instanceof Failure) return error
  const [problem] = error.validation ?? []
  if (problem !== undefined) {
    const path = `${error.validationContext ?? 'body'}${problem.instancePath}`
    const reason = problem.message ?? 'does not fit'
    return new Failure('VALIDATION_FAILED', `The request does not fit: ${path} ${reason}.`, {
      details: { path, reason },
    })
  }
  if (isFull(error)) return new Failure('NO_SPACE', 'There is no space left on the agent for this.')
  const { statusCode = 500 } = error
  if (statusCode === 413) return new Failure('TOO_LARGE', 'The request is too large.')
  if (statusCode === 404) return new Failure('NOT_FOUND', 'There is nothing here.')
  if (statusCode >= 400 && statusCode < 500) return new Failure('BAD_REQUEST', 'The request could not be read.')
  return undefined
}

/** Answers with what went wrong in the shape of the contract. */
export function refuse(reply: FastifyReply, error: FastifyError | Failure): FastifyReply {
  const { log, id } = reply.request
  let failure = refusalOf(error)
  if (failure === undefined) {
    log.error({ err: error, reference: id, route: reply.request.routeOptions.url }, 'a request failed')
    failure = new Failure('INTERNAL', 'The agent could not do this. Its log says why.', { details: { reference: id } })
  }
  if (failure.retryAfter !== undefined) reply.header('retry-after', String(failure.retryAfter))
  // A file that was being answered may have set these for itself.
  for (const name of ['content-length', 'content-disposition', 'etag', 'content-range']) reply.removeHeader(name)
  return reply.code(failure.status).type('application/json; charset=utf-8').send(bodyOf(failure))
}

export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError | Failure>((error, _request, reply) => refuse(reply, error))
  app.setNotFoundHandler((_request, reply) => refuse(reply, new Failure('NOT_FOUND', 'There is nothing here.')))
}

/** For bytes that are no HTTP at all. */
export function refuseConnection(_error: Error, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  refuseOn(socket, new Failure('BAD_REQUEST', 'The request could not be read.'))
}

/** The answer of a request that never reaches a route: its connection is all there is of it. */
export function refuseOn(socket: Duplex, failure: Failure): void {
  const body = JSON.stringify(bodyOf(failure))
  const headers = [
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Content-Type: application/json; charset=utf-8',
    'Cache-Control: no-store',
    ...(failure.retryAfter === undefined ? [] : [`Retry-After: ${failure.retryAfter}`]),
    'Connection: close',
  ]
  socket.end(
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status] ?? ''}\r\n${headers.join('\r\n')}\r\n\r\n${body}`,
  )
}
