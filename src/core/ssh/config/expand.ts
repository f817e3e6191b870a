import { configFailure } from './failure.ts'

/** Variables of the environment, as `${NAME}` names them. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Replaces `%x` by its value, `%%` by one percent sign, and `${NAME}` where an environment is given (TOKENS and ENVIRONMENT
 * VARIABLES of ssh_config(5)). Values are not expanded again. Throws SSH_FAILED `config` for what is unknown, as ssh stops.
 */
export function expandTokens(
  text: string,
  tokens: Readonly<Record<string, string>>,
  host: string,
  environment?: Environment,
): string {
  return text.replace(/%(.?)|\$\{([^}]*)(\}?)/gs, (all, token: string | undefined, name = '', end = '') => {
    if (token !== undefined) {
      const value = token === '%' ? '%' : tokens[token]
      if (value === undefined) throw configFailure(host, `the token ${all} has no meaning here`)
      return value
    }
    if (environment === undefined) return all
    const value = end === '' ? undefined : environment[String(name)]
    if (value === undefined) throw configFailure(host, `the environment has no ${all}`)
    return value
  })
}
