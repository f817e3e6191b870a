import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Output of a real Slurm 22.05 (recorded/README.md). */
export const recorded = (name: string): string => readFileSync(join(import.meta.dirname, 'recorded', name), 'utf8')
export const linesOf = (name: string): string[] => recorded(name).split('\n').filter(Boolean)
