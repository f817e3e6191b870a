type Environment = Readonly<Record<string, string | undefined>>

const names = ['https_proxy', 'http_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()])

/** What the environment says of proxies, and nothing else of it. */
export function proxyEnvironmentOf(env: Environment): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name]
      return value === undefined || value === '' ? [] : [[name, value]]
    }),
  )
}
