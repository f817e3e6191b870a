import { CircleAlert, CircleCheck, Info } from 'lucide-react'
import type { ReactNode } from 'react'
import { readArrayRange } from '../../../../contract/array-range.ts'
import type { Suggestion } from '../../../../contract/preflight.ts'
import type { Site } from '../../../../contract/sites.ts'
import type { Template } from '../../../../contract/templates.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf } from '../../app/router.ts'
import { formatLimit, useFormat } from '../../ui/format.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { blocks, hasNotes } from '../preflight/blocking.ts'
import { PreflightPanel } from '../preflight/panel.tsx'
import type { Checks } from '../preflight/use-preflight.ts'
import { progressOf } from '../uploads/progress.ts'
import type { ReusedFile } from './draft.ts'
import type { FormState } from './form-store.ts'
import { newJobMessages } from './messages.ts'
import { problemText } from './parameter-field.tsx'
import { arrayText, queueProblemText } from './queue-text.ts'
import type { Checked, Obstacle, Wait } from './readiness.ts'
import { SubmitButtons } from './submit-buttons.tsx'
import { checkResources, resourceLimit, type ResourceField } from './resources.ts'
import { UploadProgress } from './upload-progress.tsx'
import styles from './summary.module.css'

/** Obstacles said in full; the rest are counted. */
const shown = 6

function useObstacleText(template: Template | undefined, checked: Checked, site: Site) {
  const say = useMessages(newJobMessages)
  const language = useLanguage()
  const format = useFormat()
  const resourceText = (field: ResourceField): string =>
    field === 'partition'
      ? say('resource.badPartition')
      : say('resource.badCount', { max: format.number(resourceLimit(field)) })
  return (obstacle: Obstacle): string => {
    switch (obstacle.kind) {
      case 'sign-in':
        return say('check.sign-in', { site: site.name })
      case 'commands':
        return say('check.commands', { site: site.name, commands: obstacle.commands.join(', ') })
      case 'name':
      case 'command':
      case 'send':
      case 'too-late':
        return say(`check.${obstacle.kind}`)
      case 'missing':
      case 'surplus': {
        const label = textIn(obstacle.slot.label, language)
        const accept = obstacle.slot.accept.length === 0 ? say('files.any') : obstacle.slot.accept.join(' ')
        return obstacle.kind === 'missing'
          ? say('check.missing', { label, count: obstacle.count, accept })
          : say('check.surplus', { label, count: obstacle.count })
      }
      case 'rivals':
        return say('check.rivals', { label: textIn(obstacle.slot.label, language) })
      case 'too-many':
        return say('check.too-many', { count: obstacle.count, limit: format.number(obstacle.limit) })
      case 'failed':
      case 'pick-again':
        return say(`check.${obstacle.kind}`, { name: obstacle.upload.name })
      case 'parameter': {
        const parameter = template?.parameters.find(({ key }) => key === obstacle.key)
        const problem = checked.parameterProblems.get(obstacle.key)
        const label = parameter === undefined ? obstacle.key : textIn(parameter.label, language)
        return problem === undefined ? label : say('check.parameter', { label, problem: problemText(say, problem) })
      }
      case 'resource':
        return say('check.parameter', {
          label: say(`resource.${obstacle.field}`),
          problem: resourceText(obstacle.field),
        })
      case 'queue': {
        const problem = checked.queueProblems.get(obstacle.field)
        const label = say(`queue.${obstacle.field}`)
        return problem === undefined
          ? label
          : say('check.parameter', { label, problem: queueProblemText(say, problem) })
      }
      default:
        return obstacle.reason
    }
  }
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  )
}

/** What no field of the form can settle. */
const isFieldless = ({ kind }: Obstacle): boolean =>
  kind === 'commands' || kind === 'agent' || kind === 'send' || kind === 'too-late'

/** What runs where, for how long, with what; what stands in the way; and the button. */
export function Summary(props: {
  form: FormState
  template: Template | undefined
  site: Site
  uploads: readonly Upload[]
  reused: readonly ReusedFile[]
  checked: Checked
  obstacles: readonly Obstacle[]
  wait: Wait | undefined
  checks: Checks
  /** Takes the value that a check suggests. */
  onUse: (suggestion: Suggestion) => void
  onShow: (obstacle: Obstacle) => void
  onSubmit: () => void
  /** It changes an entry of the outbox. */
  edits: boolean
  children: ReactNode
}) {
  const { form, template, site, uploads, reused, checked, obstacles, wait, checks, onUse, onShow, onSubmit } = props
  const { edits } = props
  const say = useMessages(newJobMessages)
  const language = useLanguage()
  const format = useFormat()
  const textOf = useObstacleText(template, checked, site)
  const { resources } = checkResources(form.draft.resources)
  const progress = progressOf(uploads)
  const sending = form.sending.step === 'sending'
  const moving = progress.sent < progress.bytes
  const blocked = blocks(checks)
  const { array } = form.draft.queue
  const steps = template?.steps
  return (
    <>
      <h2 className={styles.title}>{say('summary.title')}</h2>
      <dl className={styles.facts}>
        <Row label={say('summary.runs')}>
          {template === undefined ? say('custom') : textIn(template.name, language)}
        </Row>
        <Row label={say('summary.site')}>{site.name}</Row>
        <Row label={say('summary.on')}>
          {resources === undefined
            ? '–'
            : [
                ...(steps === undefined
                  ? [say('count.nodes', { count: resources.nodes }), say('count.tasks', { count: resources.tasks })]
                  : [say('count.steps', { count: steps.length })]),
                ...(resources.cpusPerTask === undefined || resources.cpusPerTask === 1
                  ? []
                  : [say('count.cores', { count: resources.tasks * resources.cpusPerTask })]),
                ...(resources.gpus === undefined ? [] : [say('count.gpus', { count: resources.gpus })]),
                resources.partition ?? say('summary.defaultPartition'),
              ].join(' · ')}
        </Row>
        {steps !== undefined ? null : (
          <Row label={say('summary.limit')}>
            {resources === undefined ? '–' : format.duration(resources.timeMinutes * 60)}
          </Row>
        )}
        {resources?.memoryMb === undefined ? null : (
          <Row label={say('summary.memory')}>{formatLimit(resources.memoryMb * 1024 * 1024, language)}</Row>
        )}
        {readArrayRange(array.trim()) === undefined ? null : (
          <Row label={say('summary.array')}>{arrayText(say, array)}</Row>
        )}
        <Row label={say('summary.files')}>
          {progress.count + reused.length === 0 ? (
            <span className={styles.faint}>{say('summary.noFiles')}</span>
          ) : (
            <>
              {say('summary.filesOf', {
                done: progress.uploaded + reused.length,
                total: progress.count + reused.length,
              })}
              <span className={styles.faint}>
                {' · '}
                {moving
                  ? say('summary.bytesOf', { done: format.bytes(progress.sent), total: format.bytes(progress.bytes) })
                  : format.bytes(progress.bytes + reused.reduce((sum, { size }) => sum + size, 0))}
              </span>
            </>
          )}
        </Row>
      </dl>
      <UploadProgress uploads={uploads} />

      <div className={styles.check} role="status">
        {blocked && obstacles.length === 0 ? (
          <p className={styles.toSettle}>{say('check.blocked')}</p>
        ) : obstacles.length === 0 ? (
          <p className={styles.ready}>
            <CircleCheck size={15} aria-hidden /> {say(hasNotes(checks) ? 'check.readyNoted' : 'check.ready')}
          </p>
        ) : (
          <>
            <p className={styles.toSettle}>{say('check.title', { count: obstacles.length })}</p>
            <ul className={styles.obstacles}>
              {obstacles.slice(0, shown).map((obstacle, index) => (
                <li key={index}>
                  <CircleAlert size={14} aria-hidden />
                  {obstacle.kind === 'sign-in' ? (
                    <span>
                      {textOf(obstacle)} <a href={hrefOf({ page: 'sites', id: site.id })}>{say('check.signIn')}</a>
                    </span>
                  ) : isFieldless(obstacle) ? (
                    <span>{textOf(obstacle)}</span>
                  ) : (
                    <button type="button" onClick={() => onShow(obstacle)}>
                      {textOf(obstacle)}
                    </button>
                  )}
                </li>
              ))}
            </ul>
            {obstacles.length > shown ? (
              <p className={styles.faint}>{say('check.more', { count: obstacles.length - shown })}</p>
            ) : null}
          </>
        )}
      </div>

      <PreflightPanel checks={checks} site={site} onUse={onUse} />
      {props.children}
      <div className={styles.submit}>
        {form.sending.step === 'editing' && form.sending.error !== undefined ? (
          <AppError error={form.sending.error} site={site.id} />
        ) : null}
        <SubmitButtons
          send={form.draft.send}
          edits={edits}
          wait={wait}
          sending={sending}
          disabled={obstacles.length > 0 || blocked || sending}
          onSend={(send) => form.edit({ send })}
          onSubmit={onSubmit}
        />
        {wait !== undefined && obstacles.length === 0 && !blocked && !edits ? (
          <p className={styles.after}>
            <Info size={13} aria-hidden />
            {say(`check.wait-${wait}`)}
          </p>
        ) : null}
      </div>
    </>
  )
}
