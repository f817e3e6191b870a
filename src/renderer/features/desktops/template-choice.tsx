import { TriangleAlert } from 'lucide-react'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import type { DesktopTemplate } from './choices.ts'
import { newDesktopMessages } from './new-messages.ts'
import styles from './new.module.css'

/** What runs in it: the site's templates of desktops as choices. */
export function TemplateChoice(props: {
  templates: readonly DesktopTemplate[]
  chosen: string
  onChoose: (id: string) => void
}) {
  const { templates, chosen, onChoose } = props
  const say = useMessages(newDesktopMessages)
  const language = useLanguage()
  return (
    <fieldset className={styles.kinds}>
      <legend>{say('kind')}</legend>
      {templates.map(({ id, name, description, visibility, missingCommands }) => (
        <label key={`${visibility}/${id}`} className={styles.kind} data-chosen={id === chosen || undefined}>
          <input type="radio" name="template" value={id} checked={id === chosen} onChange={() => onChoose(id)} />
          <span className={styles.kindName}>
            {textIn(name, language)}
            {visibility === 'private' ? <span className={styles.faint}> {say('private')}</span> : null}
          </span>
          {description === undefined ? null : <span className={styles.kindText}>{textIn(description, language)}</span>}
          {missingCommands.length === 0 ? null : (
            <span className={styles.missing}>
              <TriangleAlert size={12} aria-hidden />
              {say('missing', { commands: missingCommands.join(', ') })}
            </span>
          )}
        </label>
      ))}
    </fieldset>
  )
}
