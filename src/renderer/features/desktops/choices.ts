import type { Desktop, DesktopGeometry, NewDesktop } from '../../../../contract/desktops.ts'
import type { Resources } from '../../../../contract/resources.ts'
import type { Template } from '../../../../contract/templates.ts'
import { numberText, parseNumber } from '../new-job/parameters.ts'
import { coresOf } from './model.ts'

/** A template that says what runs in a desktop. */
export type DesktopTemplate = Template & { desktop: NonNullable<Template['desktop']> }
export const isDesktopTemplate = (template: Template): template is DesktopTemplate => template.desktop !== undefined

/** `fit`: the window as it is; `own`: the two fields; else `1920x1080`. */
export type SizeChoice = 'fit' | 'own' | `${number}x${number}`

/** The form while it is edited. What is empty is left to the template or the site. Memory in MiB, time in minutes. */
export interface RawChoices {
  size: SizeChoice
  width: string
  height: string
  /** Dots per inch. */
  dpi: string
  partition: string
  cores: string
  memoryMb: string
  gpus: string
  timeMinutes: string
  account: string
  qos: string
}
export type ChoiceField = keyof RawChoices | 'name'

export const sizes: readonly DesktopGeometry[] = [
  { width: 1280, height: 800 },
  { width: 1600, height: 1000 },
  { width: 1920, height: 1080 },
  { width: 2560, height: 1440 },
  { width: 3840, height: 2160 },
]
/** What X calls 100 %. */
export const plainDpi = 96
const scales: readonly number[] = [96, 120, 144, 192]

/** What the X server takes (contract/desktops.ts). */
export const geometryLimits = { width: { min: 320, max: 16_384 }, height: { min: 200, max: 16_384 } } as const
export const countLimits = { cores: 10_000, memoryMb: 1_000_000_000, gpus: 100_000, timeMinutes: 525_600 } as const
export type CountField = keyof typeof countLimits

const within = (value: number, { min, max }: { min: number; max: number }): number =>
  Math.min(max, Math.max(min, Math.floor(value)))

/** A screen of this scale or more is drawn in the display's own pixels, a plainer one in the window's (viewer/preferences.ts). */
const fineDpi = 120

/** Video drivers and half-size previews like even numbers. */
const even = (value: number): number => value - (value % 2)

/** How many of a screen's pixels one of the window's has room for. `ratio`: of the display's own to the window's. */
export const pixelRatio = (dpi: number, ratio: number): number => (dpi >= fineDpi ? ratio : 1)

/** The pixels of an area of the window (in CSS pixels) with `ratio` of a screen's to each. */
export function fittingGeometry(area: { width: number; height: number }, ratio: number): DesktopGeometry {
  return {
    width: even(within(area.width * ratio, geometryLimits.width)),
    height: even(within(area.height * ratio, geometryLimits.height)),
  }
}

/** The scale that suits a screen: the nearest that is offered. */
export const fittingDpi = (ratio: number): number =>
  scales.reduce((best, dpi) => (Math.abs(dpi - plainDpi * ratio) < Math.abs(best - plainDpi * ratio) ? dpi : best))

/** Dots per inch to choose from: the usual ones, and what the template or an older desktop has. */
export const dpiChoices = (...more: (number | undefined)[]): number[] =>
  [...new Set([...scales, ...more.flatMap((dpi) => dpi ?? [])])].sort((a, b) => a - b)

export const sizeOf = ({ width, height }: DesktopGeometry): SizeChoice => `${width}x${height}`
const text = (value: number | undefined): string => (value === undefined ? '' : numberText(value))

const rawResources = (resources: Resources) => ({
  partition: resources.partition ?? '',
  cores: numberText(coresOf(resources)),
  memoryMb: text(resources.memoryMb),
  gpus: text(resources.gpus),
  timeMinutes: numberText(resources.timeMinutes),
})

/** The form as the template has it, on a screen with so many device pixels to a CSS pixel. */
export function choicesOf(template: DesktopTemplate, ratio: number): RawChoices {
  const { geometry, dpi } = template.desktop
  return {
    size: geometry === undefined ? 'fit' : sizeOf(geometry),
    width: text(geometry?.width ?? 1600),
    height: text(geometry?.height ?? 1000),
    dpi: numberText(dpi ?? fittingDpi(ratio)),
    ...rawResources(template.resources),
    account: '',
    qos: '',
  }
}

/** The form as an older desktop was. Its account and QOS are not told: the form has the site's. */
export function choicesAgain(desktop: Desktop, template: DesktopTemplate, ratio: number): RawChoices {
  const { geometry, dpi, resources, timeMinutes } = desktop
  return {
    ...choicesOf(template, ratio),
    size: sizeOf(geometry),
    width: text(geometry.width),
    height: text(geometry.height),
    ...(dpi === undefined ? {} : { dpi: numberText(dpi) }),
    ...rawResources({ ...resources, timeMinutes }),
  }
}

/** An ended desktop asked for again as it was. */
export function sameAgain({ templateId, name, geometry, dpi, resources, timeMinutes }: Desktop): NewDesktop {
  return {
    templateId,
    name,
    geometry,
    ...(dpi === undefined ? {} : { dpi }),
    resources: { ...resources, timeMinutes },
  }
}

/** A name that no other desktop has: the template's, with a number from the second on. */
export function freeName(base: string, taken: Iterable<string>): string {
  const names = new Set(taken)
  const start = base
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, 120)
  if (!names.has(start)) return start
  let number = 2
  while (names.has(`${start} ${number}`)) number += 1
  return `${start} ${number}`
}

const partitionShape = /^[A-Za-z0-9_.-]{1,64}$/
const queueShape = /^[A-Za-z0-9_.@+-]{1,64}$/

export interface CheckedChoices {
  /** Absent while something cannot be taken. */
  desktop?: NewDesktop
  problems: ReadonlySet<ChoiceField>
}

/** What is asked for, or the fields that cannot be taken. `fit`: the window's size now. Only what differs from the template is said. */
export function checkChoices(
  raw: RawChoices,
  name: string,
  template: DesktopTemplate,
  fit: DesktopGeometry,
): CheckedChoices {
  const problems = new Set<ChoiceField>()
  const count = (field: ChoiceField, value: string, { min, max }: { min: number; max: number }) => {
    const number = parseNumber(value)
    if (number !== undefined && Number.isInteger(number) && number >= min && number <= max) return number
    problems.add(field)
    return min
  }
  const optional = (field: CountField): number | undefined =>
    raw[field].trim() === '' ? undefined : count(field, raw[field], { min: 1, max: countLimits[field] })
  const named = (field: 'partition' | 'account' | 'qos', shape: RegExp): string | undefined => {
    const value = raw[field].trim()
    if (value !== '' && !shape.test(value)) problems.add(field)
    return value === '' ? undefined : value
  }

  const [width = '', height = ''] = raw.size === 'own' ? [raw.width, raw.height] : raw.size.split('x')
  const geometry =
    raw.size === 'fit'
      ? fit
      : {
          width: count('width', width, geometryLimits.width),
          height: count('height', height, geometryLimits.height),
        }
  const dpi = count('dpi', raw.dpi, { min: 48, max: 480 })
  const [partition, account, qos] = [
    named('partition', partitionShape),
    named('account', queueShape),
    named('qos', queueShape),
  ]
  const cores = optional('cores')
  const own = template.resources
  const [memoryMb, gpus, timeMinutes] = [optional('memoryMb'), optional('gpus'), optional('timeMinutes')]
  const plain = name.trim()
  if (plain === '' || plain.length > 128 || /\p{Cc}/u.test(plain)) problems.add('name')
  if (problems.size > 0) return { problems }
  const resources: NewDesktop['resources'] = {
    ...(partition === undefined || partition === own.partition ? {} : { partition }),
    ...(cores === undefined || cores === coresOf(own) ? {} : { tasks: 1, cpusPerTask: cores }),
    ...(memoryMb === undefined || memoryMb === own.memoryMb ? {} : { memoryMb }),
    ...(gpus === undefined || gpus === own.gpus ? {} : { gpus }),
    ...(timeMinutes === undefined || timeMinutes === own.timeMinutes ? {} : { timeMinutes }),
  }
  return {
    desktop: {
      templateId: template.id,
      name: plain,
      geometry,
      dpi,
      resources,
      ...(account === undefined ? {} : { account }),
      ...(qos === undefined ? {} : { qos }),
    },
    problems,
  }
}

const lastKey = (site: string): string => `headway.desktop.${site}`
const choicesKey = (site: string, template: string): string => `headway.desktop.${site}.${template}`

/** The template that was started last on a site. */
export const lastTemplate = (site: string): string | undefined => localStorage.getItem(lastKey(site)) ?? undefined

const sizeShape = /^(fit|own|\d+x\d+)$/

/** The choices that were last started with, over `base`; what is not text, or no size, is left away. */
export function rememberedChoices(site: string, template: string, base: RawChoices): RawChoices {
  let kept: unknown
  try {
    kept = JSON.parse(localStorage.getItem(choicesKey(site, template)) ?? 'null')
  } catch {
    return base
  }
  if (typeof kept !== 'object' || kept === null) return base
  const given = Object.entries(kept).filter(
    ([key, value]) => key in base && typeof value === 'string' && (key !== 'size' || sizeShape.test(value)),
  )
  return { ...base, ...(Object.fromEntries(given) as Partial<RawChoices>) }
}

/** Keeps what a desktop was started with, for the next one of the same template. */
export function rememberChoices(site: string, template: string, raw: RawChoices): void {
  localStorage.setItem(lastKey(site), template)
  localStorage.setItem(choicesKey(site, template), JSON.stringify(raw))
}
