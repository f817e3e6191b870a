import { useMemo, type ReactNode } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import { jobHasEnded } from '../../../../contract/jobs.ts'
import type { JobUsage } from '../../../../contract/usage.ts'
import { AppError } from '../../app/app-error.tsx'
import { formatBytes, formatDuration, formatMemory, formatNumber } from '../../ui/format.ts'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { Section } from '../jobs/section.tsx'
import { CourseView } from './course-view.tsx'
import { usageMessages } from './messages.ts'
import { coresOf, coursesOf, cpuPercent, efficiencyOf, formatPercent, memoryLimit } from './series.ts'
import { useUsage } from './use-usage.ts'
import styles from './usage.module.css'

/** Below this share of the reserved processor time, a word on it is worth the room; in percent. */
const LOW_CPU = 50
/** Shares of a few seconds say nothing. */
const TELLING_SECONDS = 30

/** How well an ended job used what it had reserved, in sentences. */
function Efficiency({ usage, job }: { usage: JobUsage; job: Job }) {
  const say = useMessages(usageMessages)
  const language = useLanguage()
  const { cpu, memory, time } = efficiencyOf(usage, job)
  const long = (time?.used ?? 0) >= TELLING_SECONDS
  const duration = (seconds: number) => formatDuration(seconds, language)
  return (
    <ul className={styles.sentences}>
      {cpu === undefined ? null : (
        <li>
          {say('efficiency.cpu', {
            percent: formatPercent(cpu.percent),
            used: duration(cpu.used),
            reserved: duration(cpu.reserved),
          })}{' '}
          {long && cpu.percent < LOW_CPU && cpu.reserved > (time?.used ?? 0) * 1.5 ? say('efficiency.cpuLow') : null}
        </li>
      )}
      {memory === undefined ? null : (
        <li>
          {say('efficiency.memory', {
            percent: formatPercent(memory.percent),
            used: formatMemory(memory.used, language),
            limit: formatMemory(memory.limit, language),
          })}
        </li>
      )}
      {time === undefined ? null : (
        <li>
          {say('efficiency.time', {
            percent: formatPercent(time.percent),
            used: duration(time.used),
            limit: duration(time.limit),
          })}
        </li>
      )}
    </ul>
  )
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** What is known of now, or of the whole. */
function Figures({ usage, job }: { usage: JobUsage; job: Job }) {
  const say = useMessages(usageMessages)
  const language = useLanguage()
  const ended = jobHasEnded(job.state)
  const { samples, final } = usage
  const sample = final ?? samples.at(-1)
  if (sample === undefined) return null
  const cpu = ended ? null : cpuPercent(samples.at(-2), sample, job)
  const peak = Math.max(...[...samples, sample].map(({ memoryBytes = 0 }) => memoryBytes))
  const limit = memoryLimit(sample, job)
  // With a limit, the peak is said in a sentence.
  const memory = !ended ? sample.memoryBytes : peak > 0 && limit === undefined ? peak : undefined
  const bytes = (value: number) => formatBytes(value, language)
  return (
    <dl className={styles.figures}>
      {cpu === null ? null : (
        <Figure label={say('figure.cpu')}>
          {say('cores', { value: formatPercent(cpu), cores: formatNumber(coresOf(sample, job), language) })}
        </Figure>
      )}
      {memory === undefined ? null : (
        <Figure label={say(ended ? 'figure.peak' : 'figure.memory')}>
          {limit === undefined
            ? formatMemory(memory, language)
            : say('of', { value: formatMemory(memory, language), limit: formatMemory(limit, language) })}
        </Figure>
      )}
      {sample.gpuPercent === undefined ? null : (
        <Figure label={say('figure.gpu')}>{say('percent', { value: formatPercent(sample.gpuPercent) })}</Figure>
      )}
      {sample.gpuMemoryBytes === undefined ? null : (
        <Figure label={say('figure.gpuMemory')}>{formatMemory(sample.gpuMemoryBytes, language)}</Figure>
      )}
      {sample.readBytes === undefined ? null : <Figure label={say('figure.read')}>{bytes(sample.readBytes)}</Figure>}
      {sample.writtenBytes === undefined ? null : (
        <Figure label={say('figure.written')}>{bytes(sample.writtenBytes)}</Figure>
      )}
    </dl>
  )
}

/** Memory, processor, I/O and GPU of a job: while it runs as they change, after it how well they were used. */
export function Usage({ site, job }: { site: string; job: Job }) {
  const say = useMessages(usageMessages)
  // Of an array, each element tells for itself.
  const started = job.startedAt !== undefined && job.array === undefined
  const { usage, error } = useUsage(site, job.id, started)
  const courses = useMemo(() => (usage === undefined ? [] : coursesOf(usage, job)), [usage, job])
  const ended = jobHasEnded(job.state)
  if (!started || (usage === undefined && error === undefined)) return null
  const empty = usage?.final === undefined && (usage?.samples.length ?? 0) === 0
  // What nobody could measure is not spoken of.
  if (empty && ended && error === undefined) return null
  return (
    <Section title={say('title')} note={ended ? undefined : say('live')}>
      {error === undefined ? null : <AppError error={error} site={site} />}
      {usage === undefined ? null : empty ? (
        <p className={styles.nothing}>{say('first')}</p>
      ) : (
        <>
          {ended ? <Efficiency usage={usage} job={job} /> : null}
          <Figures usage={usage} job={job} />
          {courses.length === 0 ? null : (
            <div className={styles.courses}>
              {courses.map((course) => (
                <CourseView key={course.kind} course={course} />
              ))}
            </div>
          )}
        </>
      )}
    </Section>
  )
}
