import { useMemo } from 'react'
import { useLanguage, type Language } from './text.ts'

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Decimal units as transfer tools use them, three significant digits at most: `3.2 GB`, `48 MB`, `512 B`. */
export function formatBytes(bytes: number, language: Language): string {
  let value = Math.max(0, bytes)
  let unit = 0
  // 999.5 would round to 1000 of the smaller unit.
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 && unit < 3 ? 0 : 1
  return `${formatNumber(value, language, digits)} ${byteUnits[unit] ?? 'B'}`
}

/** A limit as administrators set it: whole powers of 1024 keep their round number (50 GiB is said `50 GB`). */
export function formatLimit(bytes: number, language: Language): string {
  for (const [power, unit] of [
    [4, 'TB'],
    [3, 'GB'],
    [2, 'MB'],
    [1, 'kB'],
  ] as const) {
    const whole = bytes / 1024 ** power
    if (whole >= 1 && Number.isInteger(whole)) return `${formatNumber(whole, language)} ${unit}`
  }
  return formatBytes(bytes, language)
}

const MIB = 1_048_576
const GIB = 1_073_741_824

/** Memory as schedulers count it, in powers of 1024 called MB and GB: `640 MB`, `12.5 GB`, `64 GB`. */
export function formatMemory(bytes: number, language: Language): string {
  if (bytes === 0) return '0'
  if (bytes < GIB) return `${formatNumber(bytes / MIB, language, bytes < 10 * MIB ? 1 : 0)} MB`
  return `${formatNumber(bytes / GIB, language, bytes < 100 * GIB ? 1 : 0)} GB`
}

/** `48 MB/s` */
export function formatSpeed(bytesPerSecond: number, language: Language): string {
  return `${formatBytes(bytesPerSecond, language)}/s`
}

/** Intl's formatters cost more to make than to use; tables use them by the thousand. */
function remember<F>(make: (language: Language, kind: string) => F): (language: Language, kind: string) => F {
  const made = new Map<string, F>()
  return (language, kind) => {
    const key = `${language} ${kind}`
    const formatter = made.get(key) ?? make(language, kind)
    made.set(key, formatter)
    return formatter
  }
}

const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
const day = { month: 'short', day: 'numeric' } as const
const timeParts: Record<string, Intl.DateTimeFormatOptions> = {
  clock,
  day: { ...day, ...clock },
  year: { year: 'numeric', ...day, ...clock },
  absolute: { year: 'numeric', ...day, ...clock, second: '2-digit', timeZoneName: 'short' },
}
const timeFormat = remember((language, kind) => new Intl.DateTimeFormat(language, timeParts[kind]))
const numberFormat = remember(
  (language, digits) => new Intl.NumberFormat(language, { maximumFractionDigits: Number(digits) }),
)
const agoFormat = remember((language) => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }))

/** A number with grouped thousands and at most `digits` decimals. */
export function formatNumber(value: number, language: Language, digits = 0): string {
  return numberFormat(language, String(digits)).format(value)
}

/** A result figure with five significant digits: `187.32`, `12,345`, `2.41e-6`. */
export function formatFigure(value: number, language: string): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(3).replace('e+', 'e')
  return new Intl.NumberFormat(language, { maximumSignificantDigits: 5 }).format(value)
}

/** The two largest parts of a length of time: `2 min 10 s`, `3 h 5 min`, `2 d 4 h`. */
export function formatDuration(seconds: number, language: Language): string {
  const whole = Math.max(0, Math.round(seconds))
  const names = language === 'ko' ? ['일', '시간', '분', '초'] : ['d', 'h', 'min', 's']
  const parts = [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60]
  const first = parts.findIndex((part) => part > 0)
  if (first === -1) return language === 'ko' ? '0초' : '0 s'
  const gap = language === 'ko' ? '' : ' '
  return parts
    .slice(first, first + 2)
    .map((part, index) => (part === 0 ? '' : `${part}${gap}${names[first + index] ?? ''}`))
    .filter((part) => part !== '')
    .join(' ')
}

/** `2 min 10 s left`; coarse on purpose, since nobody needs the second of an hour's transfer. */
export function formatTimeLeft(seconds: number, language: Language): string {
  const rounded = seconds > 600 ? Math.round(seconds / 60) * 60 : seconds > 60 ? Math.round(seconds / 5) * 5 : seconds
  const duration = formatDuration(Math.max(1, rounded), language)
  return language === 'ko' ? `${duration} 남음` : `${duration} left`
}

/** The whole time with zone, for hovering: `Nov 21, 2026, 16:25:41 GMT+9`. */
export function formatAbsolute(iso: string, language: Language): string {
  return timeFormat(language, 'absolute').format(new Date(iso))
}

/** Today only the clock, else the day too: `16:25`, `Nov 20, 16:25`, `Nov 20, 2025, 16:25`. */
export function formatTime(iso: string, language: Language, now = Date.now()): string {
  const time = new Date(iso)
  const today = new Date(now)
  const sameYear = time.getFullYear() === today.getFullYear()
  const sameDay = sameYear && time.getMonth() === today.getMonth() && time.getDate() === today.getDate()
  return timeFormat(language, sameDay ? 'clock' : sameYear ? 'day' : 'year').format(time)
}

/** `5 min ago`, for what just happened; older things are better said by `formatTime`. */
export function formatAgo(iso: string, language: Language, now = Date.now()): string {
  const seconds = Math.round((now - Date.parse(iso)) / 1000)
  const relative = agoFormat(language, '')
  if (seconds < 45) return relative.format(0, 'second')
  if (seconds < 2700) return relative.format(-Math.round(seconds / 60), 'minute')
  if (seconds < 79_200) return relative.format(-Math.round(seconds / 3600), 'hour')
  return relative.format(-Math.round(seconds / 86_400), 'day')
}

/** The formats in the window's language. */
export function useFormat() {
  const language = useLanguage()
  return useMemo(
    () => ({
      bytes: (bytes: number) => formatBytes(bytes, language),
      memory: (bytes: number) => formatMemory(bytes, language),
      speed: (bytesPerSecond: number) => formatSpeed(bytesPerSecond, language),
      number: (value: number, digits?: number) => formatNumber(value, language, digits),
      duration: (seconds: number) => formatDuration(seconds, language),
      timeLeft: (seconds: number) => formatTimeLeft(seconds, language),
      time: (iso: string) => formatTime(iso, language),
      ago: (iso: string) => formatAgo(iso, language),
      absolute: (iso: string) => formatAbsolute(iso, language),
    }),
    [language],
  )
}
