import { useId } from 'react'
import type { Parameter } from '../../../../contract/templates.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { newJobMessages } from './messages.ts'
import { ParameterField } from './parameter-field.tsx'
import { defaultRaw, groupParameters, type ParameterProblem, type RawValue, type RawValues } from './parameters.ts'
import styles from './form.module.css'

/** The template's parameters in their groups. */
export function ParametersSection(props: {
  parameters: readonly Parameter[]
  values: RawValues
  problems: ReadonlyMap<string, ParameterProblem>
  onChange: (key: string, raw: RawValue) => void
}) {
  const { parameters, values, problems, onChange } = props
  const say = useMessages(newJobMessages)
  const language = useLanguage()
  const heading = useId()
  return (
    <section className={styles.section} aria-labelledby={heading}>
      <h2 className={styles.heading} id={heading}>
        {say('section.parameters')}
      </h2>
      {parameters.length === 0 ? <p className={styles.nothing}>{say('parameter.none')}</p> : null}
      {groupParameters(parameters).map(({ group, parameters: members }) => (
        <div key={group?.en ?? ''} role="group" aria-label={group === undefined ? undefined : textIn(group, language)}>
          {group === undefined ? null : <h3 className={styles.group}>{textIn(group, language)}</h3>}
          {members.map((parameter) => (
            <ParameterField
              key={parameter.key}
              parameter={parameter}
              raw={values[parameter.key] ?? defaultRaw(parameter)}
              problem={problems.get(parameter.key)}
              onChange={(raw) => onChange(parameter.key, raw)}
            />
          ))}
        </div>
      ))}
    </section>
  )
}
