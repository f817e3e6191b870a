import { Command, CommanderError, Option } from 'commander'
import { cancel, jobs } from './commands/jobs.ts'
import { get } from './commands/get.ts'
import { log } from './commands/log.ts'
import { signIn, signOut, type SignInOptions } from './commands/sign-in.ts'
import { submit, type SubmitOptions } from './commands/submit.ts'
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
const collect = (value: string, all: string[]): string[] => [...all, value]

program
  .command('sign-in <url>')
  .description('remember a site and sign in; the password comes from a prompt, --password-stdin or HEADWAY_PASSWORD')
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
  .action((options: { site?: string }) => templates(options.site, output()))
program
  .command('upload <paths...>')
  .description('upload files and folders, verified')
  .addOption(site)
  .option('--label <label>', 'name that groups the files on the cluster')
  .action((paths: string[], options: { site?: string; label?: string }) =>
    upload(paths, options, output(), interrupted.signal),
  )
program
  .command('submit <template>')
  .description('upload what the template needs and submit a job')
  .addOption(site)
  .option('--set <key=value>', 'a parameter (repeat)', collect, [])
  .option('--file <[slot=]path>', 'a file for the template (repeat)', collect, [])
  .option('--name <name>', 'name of the job')
  .option('--time <minutes>', 'time limit in minutes', Number)
  .option('--wait', 'wait until the job has ended; the exit code tells how')
  .action((template: string, options: SubmitOptions) => submit(template, options, output(), interrupted.signal))
program
  .command('jobs')
  .description('list your jobs, newest first')
  .addOption(site)
  .option('--state <state>', 'only jobs in this state')
  .action((options: { site?: string; state?: string }) => jobs(options, output()))
program
  .command('cancel <job>')
  .description('cancel a job')
  .addOption(site)
  .action((id: string, options: { site?: string }) => cancel(id, options, output()))
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
  .description('save a job’s files whose path contains FILTER')
  .addOption(site)
  .option('--to <folder>', 'where to', '.')
  .action((id: string, filter: string | undefined, options: { site?: string; to: string }) =>
    get(id, filter, options, output(), interrupted.signal),
  )
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
