import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Runner } from './runner.ts'
import { SelfRunner } from './self.ts'

export type { Command, Finished, Runner, RunOptions } from './runner.ts'

/** The runner that the settings name. */
export function createRunner(config: Config, log: Logger): Runner {
  return new SelfRunner(config, log)
}
