import { createInterface } from 'node:readline'
import { ownFolder, type OwnTimes } from '../../src/core/host-kit/own-folder.ts'

/**
 * Takes a folder in a process of its own, as a machine of that name: `FOLDER HOST TIMES`; a line of JSON for all that
 * happens. A line on its input lets go of the folder and ends it.
 */
const [folder = '', host = '', times = '{}'] = process.argv.slice(2)
const say = (line: object): void => console.log(JSON.stringify(line))
const nothing = (): void => undefined

const taken = await ownFolder(folder, {
  log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  host,
  times: JSON.parse(times) as OwnTimes,
  onWait: (holder) => say({ waits: holder }),
  onLost: (holder) => say({ lost: holder }),
})
if ('holder' in taken) {
  say({ refused: taken.holder ?? null })
  process.exit(0)
}
say({ owns: process.pid })
createInterface({ input: process.stdin }).on('line', () => void taken.own.release().then(() => process.exit(0)))
