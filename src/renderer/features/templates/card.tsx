import { ActionIcon, Menu } from '@mantine/core'
import { Clock, Copy, EllipsisVertical, FileText, Monitor, Pencil, Trash2, TriangleAlert } from 'lucide-react'
import type { Template } from '../../../../contract/templates.ts'
import { hrefOf, navigate } from '../../app/router.ts'
import { useFormat } from '../../ui/format.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { useCategoryName } from './category-name.ts'
import { templatesMessages } from './messages.ts'
import styles from './templates.module.css'

/** A template in the catalogue: the whole card leads to the page of a new job or desktop, its menu to everything else. */
export function TemplateCard(props: { template: Template; onRemove: () => void; onCopy: () => void }) {
  const { template, onRemove, onCopy } = props
  const say = useMessages(templatesMessages)
  const language = useLanguage()
  const format = useFormat()
  const categoryName = useCategoryName()
  const name = textIn(template.name, language)
  const description = template.description === undefined ? undefined : textIn(template.description, language)
  const required = template.files.filter((slot) => slot.min > 0)
  const { tasks, cpusPerTask = 1, timeMinutes } = template.resources
  const isDesktop = template.desktop !== undefined
  return (
    <li className={styles.card}>
      <div className={styles.cardHead}>
        <span className={styles.category}>{categoryName(template.category)}</span>
        {template.visibility === 'private' ? (
          <span className={styles.private} title={say('privateHint')}>
            {say('private')}
          </span>
        ) : null}
      </div>
      <h2 className={styles.cardName}>
        <a href={hrefOf({ page: isDesktop ? 'new-desktop' : 'new-job', template: template.id })}>{name}</a>
      </h2>
      <p className={styles.description} title={description}>
        {description}
      </p>
      {template.missingCommands.length === 0 ? null : (
        <p className={styles.missing}>
          <TriangleAlert size={13} aria-hidden />
          {say('missing', { commands: template.missingCommands.join(', ') })}
        </p>
      )}
      <div className={styles.facts}>
        {isDesktop ? (
          <span>
            <Monitor size={13} aria-hidden />
            {say('desktop')}
          </span>
        ) : (
          <span>
            <FileText size={13} aria-hidden />
            {required.length === 0
              ? say('noFiles')
              : say('files', {
                  count: required.length,
                  names: required.map((slot) => textIn(slot.label, language)).join(', '),
                })}
          </span>
        )}
        <span>
          <Clock size={13} aria-hidden />
          {say('size', { count: isDesktop ? tasks * cpusPerTask : tasks, time: format.duration(timeMinutes * 60) })}
        </span>
      </div>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon className={styles.more} aria-label={say('menu', { name })}>
            <EllipsisVertical size={15} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            <code>{template.id}</code> · {say('version', { version: template.version })}
          </Menu.Label>
          <Menu.Item
            leftSection={template.editable ? <Pencil size={14} aria-hidden /> : <FileText size={14} aria-hidden />}
            onClick={() => navigate({ page: 'template-editor', id: template.id })}
          >
            {say(template.editable ? 'edit' : 'view')}
          </Menu.Item>
          <Menu.Item leftSection={<Copy size={14} aria-hidden />} onClick={onCopy}>
            {say('copy')}
          </Menu.Item>
          {template.editable ? (
            <Menu.Item color="red" leftSection={<Trash2 size={14} aria-hidden />} onClick={onRemove}>
              {say('remove')}
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
    </li>
  )
}
