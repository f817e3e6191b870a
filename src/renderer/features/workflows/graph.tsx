import { useMemo } from 'react'
import type { WorkflowRun } from '../../../../contract/workflows.ts'
import { hrefOf } from '../../app/router.ts'
import { StateBadge } from '../../ui/state-badge.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { workflowsMessages } from './messages.ts'
import { layOut, type Placed } from './run.ts'
import styles from './workflows.module.css'

/** Pixels, on the 4 px grid. */
const card = { width: 184, height: 64 }
const gap = { x: 56, y: 20 }

const left = ({ column }: Placed) => column * (card.width + gap.x)
const top = ({ row }: Placed) => row * (card.height + gap.y)

/** A line from the right side of a card to the left side of a later one, level at both ends. */
function edgePath(from: Placed, to: Placed): string {
  const [x1, y1] = [left(from) + card.width, top(from) + card.height / 2]
  const [x2, y2] = [left(to), top(to) + card.height / 2]
  const middle = x2 - gap.x / 2
  return `M${x1} ${y1} C${x1 + gap.x / 2} ${y1} ${middle} ${y2} ${x2 - 4} ${y2}`
}

/** The steps of a run in their order, each with its state, a way to its job behind it. */
export function Graph({ run }: { run: WorkflowRun }) {
  const say = useMessages(workflowsMessages)
  const language = useLanguage()
  const layout = useMemo(() => layOut(run.steps), [run.steps])
  const width = layout.columns * (card.width + gap.x) - gap.x
  const height = layout.rows * (card.height + gap.y) - gap.y
  return (
    <div className={styles.scroller} tabIndex={0} role="group" aria-label={say('graph')}>
      <div className={styles.graph} style={{ width, height }}>
        <svg width={width} height={height} aria-hidden className={styles.edges}>
          <defs>
            <marker
              id="workflow-arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0 L8 4 L0 8 Z" className={styles.arrow} />
            </marker>
          </defs>
          {layout.edges.map(({ from, to }) => (
            <path
              key={`${from.step.key} ${to.step.key}`}
              d={edgePath(from, to)}
              data-done={from.step.state === 'completed' || undefined}
              markerEnd="url(#workflow-arrow)"
            />
          ))}
        </svg>
        <ol className={styles.cards}>
          {layout.steps.map((placed) => {
            const { step } = placed
            const name = textIn(step.name, language)
            const inside = (
              <>
                <span className={styles.cardName} title={name}>
                  {name}
                </span>
                <span className={styles.cardState}>
                  <StateBadge state={step.state} plain />
                  {step.attempt > 1 ? <span>{say('step.attempt', { count: step.attempt })}</span> : null}
                </span>
              </>
            )
            const place = { left: left(placed), top: top(placed), width: card.width, height: card.height }
            return (
              <li key={step.key} className={styles.card} data-state={step.state} style={place}>
                {step.jobId === undefined ? (
                  <div className={styles.cardInside}>{inside}</div>
                ) : (
                  <a className={styles.cardInside} href={hrefOf({ page: 'jobs', id: step.jobId })}>
                    {inside}
                  </a>
                )}
              </li>
            )
          })}
        </ol>
      </div>
    </div>
  )
}
