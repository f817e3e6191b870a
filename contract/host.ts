import { Type, type Static } from 'typebox'

/** What the host of the core can do; the window asks for a capability, never for the host's name. */
export const Capabilities = Type.Object({
  /** Dropped files have paths that the core can read itself. */
  localPaths: Type.Boolean(),
  nativeDialogs: Type.Boolean(),
  trayIcon: Type.Boolean(),
  /** Secrets outlive the process, encrypted by the operating system. */
  secretsPersist: Type.Boolean(),
  /** Results are fetched by the page itself (one-time ticket by form POST) instead of being saved by the core. */
  browserDownloads: Type.Boolean(),
  /** The host itself shows notifications of the system; else the page asks its browser. */
  nativeNotifications: Type.Optional(Type.Boolean()),
})
export type Capabilities = Static<typeof Capabilities>

export const HostInfo = Type.Object({
  version: Type.String(),
  /** BCP 47, the host's own language. */
  locale: Type.String(),
  capabilities: Capabilities,
  /** A site that the host started itself (`npm start`), offered first. */
  localSite: Type.Optional(Type.Object({ url: Type.String(), username: Type.String() })),
})
export type HostInfo = Static<typeof HostInfo>
