import type { Command } from 'commander'

const collect = (value: string, all: string[]): string[] => [...all, value]

/** What says which job it is to be and when it goes out: of `submit`, and of `outbox edit`. */
export const addSubmissionFlags = (command: Command): Command =>
  command
    .option('--set <key=value>', 'a parameter (repeat)', collect, [])
    .option('--file <[slot=]path>', 'a file for the template (repeat)', collect, [])
    .option('--name <name>', 'name of the job')
    .option('-t, --time <minutes>', 'time limit in minutes', Number)
    .option('-p, --partition <name>', 'partition')
    .option('-N, --nodes <number>', 'nodes', Number)
    .option('-n, --ntasks <number>', 'tasks', Number)
    .option('-c, --cpus-per-task <number>', 'cores for each task', Number)
    .option('--mem <MiB>', 'memory for each node, in MiB', Number)
    .option('-G, --gpus <number>', 'GPUs for the whole job', Number)
    .option('--gres <list>', 'generic resources of each node, for example gpu:a100:2')
    .option('-L, --licenses <list>', 'licences, for example abaqus:5')
    .option('-C, --constraint <features>', 'features of nodes')
    .option('--exclusive', 'whole nodes for itself')
    .option('-A, --account <name>', 'account')
    .option('-q, --qos <name>', 'quality of service')
    .option('--reservation <name>', 'reservation')
    .option('-a, --array <range>', 'an array, for example 0-15%4')
    .option('-d, --dependency <list>', 'for example afterok:12:13,afterany:7 or singleton')
    .option('-b, --begin <time>', 'not before, for example 2026-12-01T08:00 or now+2hours')
    .option('--export <name=value>', 'a variable of the job (repeat)', collect, [])
    .option('--not-before <time>', 'keep it in the outbox until then, for example 20:00')
    .option(
      '--network <subnet>',
      'keep it in the outbox until this machine is in that network, for example 10.1.0.0/16',
    )
    .option('--start-within <minutes>', 'keep it in the outbox until the scheduler expects it to start so soon')
    .option('--after <entry>', 'after another entry of the outbox, once that has completed (repeat)', collect, [])
