import { Ajv } from 'ajv'
import type { FastifyInstance } from 'fastify'

const common = { useDefaults: true, allErrors: false, strict: false } as const

/** Bodies are taken as they are typed; everything in an address is text and is read as what its schema says. */
export function validateStrictly(app: FastifyInstance): void {
  const bodies = new Ajv({ ...common, coerceTypes: false })
  const texts = new Ajv({ ...common, coerceTypes: 'array' })
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? bodies : texts).compile(schema))
}
