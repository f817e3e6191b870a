/** Who asks, as authenticated. Group `admin` may all. */
export interface Identity {
  username: string
  email: string
  groups: string[]
  permissions: string[]
}

export type Permission = 'dashboard' | 'cae.execute' | 'job:submit' | 'job:view' | 'node:view' | 'data:read' | 'admin'

/** `dashboard` implies these. */
const implied: readonly Permission[] = ['job:submit', 'job:view', 'node:view', 'data:read']

export const isAdmin = (who: Identity): boolean => who.groups.includes('admin')

/** Whether `who` has any of `wanted`. */
export function may(who: Identity, ...wanted: Permission[]): boolean {
  if (isAdmin(who)) return true
  return wanted.some(
    (p) => who.permissions.includes(p) || (implied.includes(p) && who.permissions.includes('dashboard')),
  )
}
