import type { FastifyInstance } from 'fastify'

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'

/** Every route that an agent answers, as the router itself knows them. */
export function routesOf(app: FastifyInstance): { method: Method; url: string }[] {
  const tree = app.printRoutes({ commonPrefix: false })
  const routes: { method: Method; url: string }[] = []
  const path: string[] = []
  for (const line of tree.split('\n')) {
    const match = /^((?:[│ ] {3})*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/u.exec(line)
    if (match === null) continue
    const [, indent = '', part = '', methods] = match
    path.length = indent.length / 4
    path.push(part)
    const url = path.join('')
    for (const method of methods?.split(', ') ?? [])
      if (method !== 'OPTIONS') routes.push({ method: method as Method, url })
  }
  return routes
}
