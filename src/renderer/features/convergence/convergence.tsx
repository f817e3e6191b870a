import { ActionIcon, Button, Select, VisuallyHidden } from '@mantine/core'
import { FileDown, ImageDown, Table2, ZoomIn, ZoomOut, Maximize2 } from 'lucide-react'
import { useCallback, useMemo, useRef, useState } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import { AppError } from '../../app/app-error.tsx'
import { useFormat } from '../../ui/format.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { Section } from '../jobs/section.tsx'
import { hasEnded } from '../jobs/story.ts'
import { GroupChart, type View } from './group-chart.tsx'
import { convergenceMessages } from './messages.ts'
import { ParserChoice } from './parser-choice.tsx'
import { saveCsv, savePng, type Drawing } from './save.ts'
import { formatValue, groupsWith, shownAtFirst, valueAt, zoomed, type Range } from './series.ts'
import { useConvergence, type LiveConvergence } from './use-convergence.ts'
import { ValuesTable } from './values-table.tsx'
import { Banner, Verdict } from './verdict.tsx'
import styles from './convergence.module.css'

/** Values said to those who do not see the charts; the others are in the table. */
const mostSaid = 12

/** The convergence of a job, growing while it runs, with its state in words. */
export function Convergence({ site, job, onCancel }: { site: string; job: Job; onCancel: () => void }) {
  const say = useMessages(convergenceMessages)
  const [run, setRun] = useState<number>()
  const isOver = hasEnded(job.state)
  const { choose, ...live } = useConvergence(site, job.id, run, isOver)
  const { head, error } = live
  if (error?.code === 'NOT_FOUND') {
    return (
      <Section
        title={say('title')}
        note={say('notUnderstood')}
        actions={<ParserChoice onChoose={(choice) => void choose(choice)} />}
      >
        {null}
      </Section>
    )
  }
  if (head === undefined || error !== undefined) {
    return (
      <Section title={say('title')}>
        {error === undefined ? <Skeleton lines={4} /> : <AppError error={error} site={site} />}
      </Section>
    )
  }
  const runs = head.runs.map(({ run: number, points }) => ({
    value: String(number),
    label: say('runOf', { run: number, count: points }),
  }))
  return (
    <Section
      title={say('title')}
      actions={
        <>
          {isOver ? null : (
            <label className={styles.alarm}>
              <input
                type="checkbox"
                checked={head.alarm === 'notify'}
                onChange={(event) => void choose({ alarm: event.currentTarget.checked ? 'notify' : 'off' })}
              />
              {say('alarm')}
            </label>
          )}
          {job.hasConvergence ? null : (
            <ParserChoice parser={head.meta.parser} onChoose={(choice) => void choose(choice)} />
          )}
          {runs.length < 2 ? null : (
            <Select
              aria-label={say('run')}
              w={190}
              data={runs.toReversed()}
              value={String(run ?? head.run)}
              allowDeselect={false}
              onChange={(chosen) => setRun(chosen === runs.at(-1)?.value ? undefined : Number(chosen))}
            />
          )}
        </>
      }
    >
      <Verdict verdict={head.verdict} />
      <Banner verdict={head.verdict} onCancel={isOver ? undefined : onCancel} />
      {live.rows.length === 0 ? (
        <p className={styles.nothing}>{say(isOver ? 'emptyEnded' : 'empty')}</p>
      ) : (
        <Charts job={job} live={live} head={head} />
      )}
    </Section>
  )
}

type Known = NonNullable<LiveConvergence['head']>

/** The charts of a run, and what can be done with them. */
function Charts({ job, live: { rows }, head }: { job: Job; live: LiveConvergence; head: Known }) {
  const say = useMessages(convergenceMessages)
  const language = useLanguage()
  const format = useFormat()
  const { meta, series, verdict } = head
  const groups = useMemo(() => groupsWith(meta, series), [meta, series])
  const [chosen, setChosen] = useState<readonly string[]>()
  const [view, setView] = useState<View>({ x: undefined, range: undefined })
  const [withTable, setWithTable] = useState(false)
  const drawings = useRef(new Map<string, Drawing>())
  const onView = useCallback((change: Partial<View>) => setView((before) => ({ ...before, ...change })), [])
  const onDrawing = useCallback((key: string, drawing: Drawing | undefined) => {
    if (drawing === undefined) drawings.current.delete(key)
    else drawings.current.set(key, drawing)
  }, [])
  const shown = chosen ?? shownAtFirst(groups, rows, series)
  const full: Range = [Number(rows[0]?.[1] ?? 0), Number(rows.at(-1)?.[1] ?? 1)]
  const axisName = textIn(meta.xLabel, language)
  const axis = meta.xUnit === undefined ? axisName : `${axisName} (${meta.xUnit})`
  const stretch = head.runs.find(({ run }) => run === head.run)
  const count = stretch?.points ?? rows.length
  const latest = series
    .slice(0, mostSaid)
    .map(({ name }, place) => say('value', { name, value: formatValue(valueAt(rows, place)) }))
  const summary = say('summary', {
    axis,
    count,
    state: textIn(verdict.text, language),
    values: latest.join(', '),
  })
  const x = view.x ?? full[1]
  const name = `${job.name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')}-${job.id}-convergence`
  const toggle = (key: string) =>
    setChosen(shown.includes(key) ? shown.filter((each) => each !== key) : [...shown, key])
  const image = () =>
    void savePng(
      name,
      groups.flatMap(({ key, label }) => {
        const drawing = drawings.current.get(key)
        return drawing === undefined ? [] : [{ ...drawing, title: `${job.name}: ${textIn(label, language)}` }]
      }),
    )
  return (
    <div className={styles.charts}>
      <VisuallyHidden role="img" aria-label={summary} />
      <div className={styles.tools}>
        <div role="group" aria-label={say('charts')} className={styles.groups}>
          {groups.map(({ key, label }) => (
            <Button
              key={key}
              size="compact-xs"
              variant={shown.includes(key) ? 'light' : 'default'}
              aria-pressed={shown.includes(key)}
              onClick={() => toggle(key)}
            >
              {textIn(label, language)}
            </Button>
          ))}
        </div>
        <div className={styles.actions}>
          <span className={styles.at} title={say('hint')}>
            {say('at', {
              axis: axisName,
              x: Number.isInteger(x) ? format.number(x) : String(Number(x.toPrecision(6))),
            })}{' '}
            · {say('points', { count })}
          </span>
          <Tool label={say('zoomIn')} onClick={() => onView({ range: zoomed(view.range, full, 2, view.x) })}>
            <ZoomIn size={15} aria-hidden />
          </Tool>
          <Tool
            label={say('zoomOut')}
            disabled={view.range === undefined}
            onClick={() => onView({ range: zoomed(view.range, full, 0.5, view.x) })}
          >
            <ZoomOut size={15} aria-hidden />
          </Tool>
          <Tool
            label={say('zoomReset')}
            disabled={view.range === undefined}
            onClick={() => onView({ range: undefined })}
          >
            <Maximize2 size={14} aria-hidden />
          </Tool>
          <Tool label={say('table')} pressed={withTable} onClick={() => setWithTable(!withTable)}>
            <Table2 size={15} aria-hidden />
          </Tool>
          <Tool label={say('csv')} onClick={() => saveCsv(name, axis, head, rows)}>
            <FileDown size={15} aria-hidden />
          </Tool>
          <Tool label={say('png')} onClick={image}>
            <ImageDown size={15} aria-hidden />
          </Tool>
        </div>
      </div>
      <div className={styles.grid}>
        {groups
          .filter(({ key }) => shown.includes(key))
          .map((group) => (
            <GroupChart
              key={group.key}
              group={group}
              series={series}
              rows={rows}
              axis={axis}
              cursorKey={`convergence ${job.id}`}
              view={view}
              onView={onView}
              onDrawing={onDrawing}
            />
          ))}
      </div>
      {(stretch?.stretch ?? 1) > 1 ? (
        <p className={styles.nothing}>{say('thinned', { count: stretch?.stretch ?? 1 })}</p>
      ) : null}
      {head.problem === undefined ? null : <p className={styles.nothing}>{textIn(head.problem, language)}</p>}
      {withTable ? <ValuesTable groups={groups} series={series} rows={rows} /> : null}
    </div>
  )
}

function Tool(props: {
  label: string
  onClick: () => void
  disabled?: boolean
  pressed?: boolean
  children: React.ReactNode
}) {
  const { label, onClick, disabled = false, pressed, children } = props
  return (
    <ActionIcon
      className={styles.tool ?? ''}
      aria-label={label}
      title={label}
      onClick={onClick}
      disabled={disabled}
      aria-pressed={pressed}
    >
      {children}
    </ActionIcon>
  )
}
