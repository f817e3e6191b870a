import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { JobChange } from '../../contract/jobs.ts'
import { change } from './commands/change.ts'
import { elements } from './commands/elements.ts'
import { jobs } from './commands/jobs.ts'
import { get, type GetOptions } from './commands/get.ts'
import { log } from './commands/log.ts'
import { signIn, signOut, type SignInOptions } from './commands/sign-in.ts'
import type { UploadOptions } from './commands/keep.ts'
import { addOutbox } from './commands/outbox/index.ts'
import { addSubmissionFlags } from './commands/submit-flags.ts'
import type { SubmitOptions } from './commands/submission.ts'
import { submit } from './commands/submit.ts'
import { templates } from './commands/templates.ts'
import { upload } from './commands/upload.ts'
import { web } from './commands/web.ts'
import { describeFailure } from './failure.ts'
import { exitCode } from './exit-codes.ts'
import { createOutput, printable, type Output } from './output.ts'

declare const HEADWAY_VERSION: string

const program = new Command('headway')
  .description('Simulations on a Slurm cluster, from the terminal.')
  .version(typeof HEADWAY_VERSION === 'string' ? HEADWAY_VERSION : 'development')
  .option('--json', 'one JSON object a line, for scripts')
  .exitOverride()
  .showHelpAfterError()

const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort())
process.once('SIGTERM', () => interrupted.abort())

const output = (): Output => createOutput(program.opts<{ json?: boolean }>().json === true)
const site = new Option('--site <site>', 'id, name or address of the site (default: the one last signed in to)')
const count = (text: string): number => {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new InvalidArgumentError('It has to be a whole number above zero.')
}
const offline = new Option('--offline', 'nothing of the site is needed now: keep it in the outbox')

program
  .command('sign-in <where>')
  .description(
    'remember a site and sign in: user@host by SSH, or https://…, whose password comes from a prompt, --password-stdin or HEADWAY_PASSWORD',
  )
  .option('-u, --user <name>', 'user name')
  .option('--password-stdin', 'read the password from standard input')
  .action((url: string, options: SignInOptions) => signIn(url, options, output()))
program
  .command('sign-out')
  .description('end the session with a site')
  .addOption(site)
  .action((options: { site?: string }) => signOut(options.site, output()))
program
  .command('templates')
  .description('list the job templates')
  .addOption(site)
  .option('--offline', 'as they were listed last')
  .action((options: { site?: string; offline?: boolean }) => templates(options, output()))
program
  .command('upload <paths...>')
  .description('upload files and folders, verified')
  .addOption(site)
  .option('--label <label>', 'name that groups the files on the cluster')
  .option('--limit <rate>', 'at most so many bytes per second for all of them, for example 500k or 10M')
  .option('--whole', 'send everything, also what the cluster has already')
  .option('--read-back', 'the cluster reads each file back from its disk before it is called uploaded')
  .addOption(offline)
  .action((paths: string[], options: UploadOptions) => upload(paths, options, output(), interrupted.signal))
addSubmissionFlags(
  program.command('submit <template>').description('upload what the template needs and submit a job').addOption(site),
)
  .addOption(offline)
  .option('--hold', 'keep it in the outbox until it is released')
  .option('--wait', 'wait until the job has ended; the exit code tells how')
  .action((template: string, options: SubmitOptions) => submit(template, options, output(), interrupted.signal))
program
  .command('jobs')
  .description('list your jobs, newest first')
  .addOption(site)
  .option('--state <state>', 'only jobs in this state')
  .action((options: { site?: string; state?: string }) => jobs(options, output()))
for (const [action, description] of [
  ['cancel', 'cancel jobs, or elements of arrays (JOB_INDEX)'],
  ['hold', 'hold jobs back that wait'],
  ['release', 'let jobs go on that are held'],
  ['requeue', 'put jobs back into the queue; they begin anew'],
] as const) {
  program
    .command(`${action} <jobs...>`)
    .description(description)
    .addOption(site)
    .action((ids: string[], options: { site?: string }) => change(ids, { action }, options, output()))
}
program
  .command('time-limit <minutes> <jobs...>')
  .description('change the time limit of jobs; most clusters only let you shorten it')
  .addOption(site)
  .action((minutes: string, ids: string[], options: { site?: string }) => {
    const wanted: JobChange = { action: 'time-limit', minutes: Number(minutes) }
    return change(ids, wanted, options, output())
  })
program
  .command('elements <job>')
  .description('list the elements of an array')
  .addOption(site)
  .option('--state <state>', 'only elements in this state')
  .action((id: string, options: { site?: string; state?: string }) => elements(id, options, output()))
program
  .command('log <job> [file]')
  .description('print the end of a job’s log, or of another text file of its folder')
  .addOption(site)
  .option('-f, --follow', 'go on until the job has ended')
  .action((id: string, file: string | undefined, options: { site?: string; follow?: boolean }) =>
    log({ id, ...(file === undefined ? {} : { file }) }, options, output(), interrupted.signal),
  )
program
  .command('get <job> [filter]')
  .description('save a job’s files whose path contains FILTER, or that lie in the folder FILTER/')
  .addOption(site)
  .option('--filter <pattern>', 'only files whose name fits, for example "*.vtu"')
  .option('--newest <count>', 'only so many of them, those changed last', count)
  .option('--to <folder>', 'where to', '.')
  .addOption(
    new Option('--on-conflict <what>', 'what becomes of files that are there already')
      .choices(['keep-both', 'replace', 'skip'])
      .default('keep-both'),
  )
  .action((id: string, filter: string | undefined, options: GetOptions) =>
    get(id, filter, options, output(), interrupted.signal),
  )
addOutbox(program, output, interrupted.signal)
program
  .command('web')
  .description('open Headway in the browser')
  .action(() => web(interrupted.signal))

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCode.done : exitCode.usage
  else {
    const failure = describeFailure(error)
    if (output().json) process.stdout.write(`${JSON.stringify({ error: failure.message, code: failure.code })}\n`)
    else process.stderr.write(`${printable(failure.message)}\n`)
    process.exitCode = interrupted.signal.aborted ? exitCode.interrupted : failure.exitCode
  }
}
