/**
 * What a shell's terminal reads and writes, whatever the account's language is: without it a server that names no locale drops
 * the bytes of Hangul one by one. sshd takes it where it has `AcceptEnv LC_*`, as distributions set it.
 */
export const shellEnvironment = { LC_CTYPE: 'C.UTF-8' } as const
