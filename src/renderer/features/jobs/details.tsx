import { Button } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import type { JobDetail } from '../../../../contract/jobs.ts'
import { useFormat } from '../../ui/format.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { useCatalogue } from '../templates/store.ts'
import { jobsMessages } from './messages.ts'
import { FoldedSection } from './section.tsx'
import { useCopy } from './use-copy.ts'
import { useOptionWords, useResourceWords } from './asked.ts'
import styles from './job.module.css'

/** What the job was asked to do: script, values, inputs, resources. */
export function Details({ site, detail }: { site: string; detail: JobDetail }) {
  const say = useMessages(jobsMessages)
  const language = useLanguage()
  const format = useFormat()
  const { catalogue } = useCatalogue(site)
  const template = catalogue?.items.find(({ id }) => id === detail.templateId)
  const { resources } = detail
  const parameters = Object.entries(detail.parameters).map(([key, value]) => {
    const parameter = template?.parameters.find((candidate) => candidate.key === key)
    const choice =
      parameter?.type === 'choice' ? parameter.choices.find((candidate) => candidate.value === value)?.label : undefined
    const text =
      choice !== undefined
        ? textIn(choice, language)
        : typeof value === 'boolean'
          ? say(value ? 'details.yes' : 'details.no')
          : String(value)
    const unit = parameter !== undefined && 'unit' in parameter ? parameter.unit : undefined
    return {
      key,
      label: parameter === undefined ? key : textIn(parameter.label, language),
      text: unit === undefined ? text : `${text} ${unit}`,
    }
  })
  const asked = useResourceWords()(resources)
  const queued = useOptionWords()(detail.options)
  const { copied, copy } = useCopy()
  const changed =
    detail.templateId !== undefined && catalogue !== undefined && template?.version !== detail.templateVersion
  return (
    <>
      <FoldedSection title={say('script.title')}>
        <Button
          variant="subtle"
          size="compact-xs"
          mb={4}
          leftSection={copied ? <Check size={12} aria-hidden /> : <Copy size={12} aria-hidden />}
          onClick={() => copy(detail.script)}
        >
          {say(copied ? 'job.copied' : 'script.copy')}
        </Button>
        <pre className={styles.script} tabIndex={0} aria-label={say('script.title')}>
          {detail.script}
        </pre>
      </FoldedSection>
      <FoldedSection title={say('details.title')}>
        <dl className={styles.facts}>
          {detail.templateName === undefined || detail.templateVersion === undefined ? null : (
            <>
              <dt>{say('details.template')}</dt>
              <dd>
                {say('details.templateOf', {
                  name: textIn(detail.templateName, language),
                  version: detail.templateVersion,
                })}
              </dd>
            </>
          )}
          <dt>{say('details.resources')}</dt>
          <dd>{asked.join(' · ')}</dd>
          {queued.length === 0 ? null : (
            <>
              <dt>{say('details.options')}</dt>
              <dd>{queued.join(' · ')}</dd>
            </>
          )}
        </dl>
        {changed ? <p className={styles.faint}>{say('details.templateGone')}</p> : null}
        <h3 className={styles.small}>{say('details.parameters')}</h3>
        {parameters.length === 0 ? (
          <p className={styles.faint}>{say('details.none')}</p>
        ) : (
          <dl className={styles.facts}>
            {parameters.map(({ key, label, text }) => (
              <div key={key} className={styles.fact}>
                <dt>{label}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        )}
        <h3 className={styles.small}>{say('details.inputs')}</h3>
        {detail.inputs.length === 0 ? (
          <p className={styles.faint}>{say('details.none')}</p>
        ) : (
          <ul className={styles.inputs}>
            {detail.inputs.map((input, index) => (
              <li key={index}>
                <span>{input.name}</span>{' '}
                <span className={styles.faint}>
                  {format.bytes(input.size)}
                  {input.slot === undefined ? null : ` · ${say('details.slot', { slot: input.slot })}`}
                </span>
                {input.digest === undefined ? null : (
                  <code className={styles.digest} title={say('details.digest', { digest: input.digest })}>
                    {input.digest}
                  </code>
                )}
              </li>
            ))}
          </ul>
        )}
      </FoldedSection>
    </>
  )
}
