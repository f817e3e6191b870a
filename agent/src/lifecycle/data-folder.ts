import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Environment, settingsPlace } from '../kit/places.ts'

/** The data folder of the agent that this environment would start. Throws where the settings' file cannot be read. */
export async function dataFolder(environment: Environment): Promise<string> {
  const { data, file, isNamed } = settingsPlace(environment)
  if (environment['HEADWAY_DATA'] || (!isNamed && !existsSync(file))) return data
  // The schema and the YAML of it take longer to load than all else that a short command does.
  const { readSettings } = await import('../config.ts')
  return resolve(readSettings(environment).data ?? data)
}
