const files: Readonly<Record<string, string>> = { 'ssh-ed25519': 'ed25519', 'ssh-rsa': 'rsa', 'ssh-dss': 'dsa' }

/** Where OpenSSH keeps the public host key of a type; any that is not known is one of them all. */
export function keyFileOf(type: string): string {
  const name = files[type] ?? (type.startsWith('ecdsa-') ? 'ecdsa' : type.startsWith('rsa-') ? 'rsa' : '*')
  return `/etc/ssh/ssh_host_${name}_key.pub`
}
