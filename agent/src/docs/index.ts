import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { Failure } from '../kit/failure.ts'
import { version } from '../version.ts'

/** The files of swagger-ui-dist that the page uses. */
const files: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}

/** Everything relative to the page: a proxy may have put the agent below another path. */
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Headway agent: API</title>
<link rel="icon" href="docs/swagger-ui/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="docs/swagger-ui/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`
const start = `SwaggerUIBundle({ url: 'docs/openapi.json', dom_id: '#api', deepLinking: false, validatorUrl: null })\n`

const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Beside the bundled agent, else from the package. */
function swaggerFolder(assets: string): string {
  const shipped = join(assets, 'swagger-ui')
  if (existsSync(shipped)) return shipped
  return dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
}

/** OpenAPI made from the routes themselves, and a page to read it. To be called before any route is registered. */
export async function describeApi(app: FastifyInstance, config: Pick<Config, 'assets'>): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Headway agent', version, description: 'Uploads, templates and jobs on the head node.' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    transform: ({ schema, url, route }) => {
      const { config: access } = route
      const isOpen = access?.public === 'all'
      const permission = access?.permission
      return {
        url,
        schema: {
          ...schema,
          security: isOpen ? [] : [{ bearer: [] }],
          ...(permission === undefined ? {} : { description: `Needs the permission ${permission.join(' or ')}.` }),
        },
      }
    },
  })

  await app.register(async (routes) => {
    const open = { config: { public: 'all' as const }, schema: { hide: true } }
    for (const url of ['/openapi.json', '/api/docs/openapi.json']) routes.get(url, open, async () => app.swagger())
    routes.get('/openapi.yaml', open, async (_request, reply) =>
      reply.type('application/yaml; charset=utf-8').send(app.swagger({ yaml: true })),
    )
    routes.get('/api/docs', open, async (_request, reply) =>
      reply.header('content-security-policy', contentPolicy).type('text/html; charset=utf-8').send(page),
    )
    routes.get('/api/docs/start.js', open, async (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').send(start),
    )
    routes.get<{ Params: { file: string } }>('/api/docs/swagger-ui/:file', open, async ({ params }, reply) => {
      const type = Object.hasOwn(files, params.file) ? files[params.file] : undefined
      if (type === undefined) throw new Failure('NOT_FOUND', 'There is nothing here.')
      const content = await readFile(join(swaggerFolder(config.assets), params.file))
      return reply.type(type).header('cache-control', 'public, max-age=3600').send(content)
    })
  })
}
