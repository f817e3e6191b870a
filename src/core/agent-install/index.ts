export { findOrInstallAgent, type FindParts, type FoundAgent } from './find-or-install.ts'
export { openAgentPackage, type AgentPackage } from './package.ts'
export {
  openRemoteShell,
  REMOTE_SHELL_COMMAND,
  type RemoteSh,
  type ScriptEnd,
  type ShellProcess,
} from './remote-shell.ts'
export { uninstallAgent } from './uninstall.ts'
