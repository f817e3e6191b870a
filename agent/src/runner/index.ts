import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Helpers } from '../helper/index.ts'
import type { Runner } from './runner.ts'
import { SelfRunner } from './self.ts'
import { SiteRunner } from './site.ts'

export { type Command, commands, type Finished, type Runner, type RunOptions } from './runner.ts'
export { SelfRunner } from './self.ts'

/** The runner of this agent: by helpers in site mode, else as the agent's own account. */
export function createRunner(config: Config, log: Logger, helpers?: Helpers): Runner {
  const own = new SelfRunner(config, log)
  return helpers === undefined ? own : new SiteRunner(own, helpers)
}
