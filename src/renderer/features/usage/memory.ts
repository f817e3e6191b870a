import { formatNumber } from '../../ui/format.ts'
import type { Language } from '../../ui/text.ts'

const MIB = 1_048_576
const GIB = 1_073_741_824

/** Memory as schedulers count it, in powers of 1024 called MB and GB: `640 MB`, `12.5 GB`, `64 GB`. */
export function formatMemory(bytes: number, language: Language): string {
  if (bytes === 0) return '0'
  if (bytes < GIB) return `${formatNumber(bytes / MIB, language, bytes < 10 * MIB ? 1 : 0)} MB`
  return `${formatNumber(bytes / GIB, language, bytes < 100 * GIB ? 1 : 0)} GB`
}
