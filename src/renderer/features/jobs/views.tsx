import { ActionIcon, Button, Menu, TextInput } from '@mantine/core'
import { Bookmark, Trash2 } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { navigate } from '../../app/router.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { useMessages } from '../../ui/text.ts'
import { settingsStore, useSettings } from '../settings/store.ts'
import { listMessages } from './list-messages.ts'
import styles from './jobs.module.css'

const go = (filter: string) => navigate({ page: 'jobs', ...(filter === '' ? {} : { filter }) })

/** The user's named views of this site's jobs: a filter each, kept in the settings. */
export function Views({ site, query }: { site: string; query: string }) {
  const say = useMessages(listMessages)
  const [saving, setSaving] = useState(false)
  const all = useSettings().jobViews ?? []
  const update = settingsStore.use((state) => state.update)
  const own = all.filter((view) => view.site === site).toSorted((a, b) => a.name.localeCompare(b.name))
  const without = (name: string) => all.filter((view) => view.site !== site || view.name !== name)
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <ActionIcon aria-label={say('views.open')} title={say('views.open')}>
            <Bookmark size={15} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{say('views.saved')}</Menu.Label>
          <Menu.Item onClick={() => go('')}>{say('views.everything')}</Menu.Item>
          {own.map(({ name, filter }) => (
            <div key={name} role="none" className={styles.view}>
              <Menu.Item aria-current={filter === query ? 'true' : undefined} onClick={() => go(filter)}>
                {name}
              </Menu.Item>
              <Menu.Item
                closeMenuOnClick={false}
                aria-label={say('views.remove', { name })}
                title={say('views.remove', { name })}
                onClick={() => update({ jobViews: without(name) })}
              >
                <Trash2 size={13} aria-hidden />
              </Menu.Item>
            </div>
          ))}
          {own.length === 0 ? <Menu.Label>{say('views.none')}</Menu.Label> : null}
          <Menu.Divider />
          <Menu.Item disabled={query === ''} onClick={() => setSaving(true)}>
            {say('views.save')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {saving ? (
        <SaveView
          taken={own.map(({ name }) => name)}
          onClose={() => setSaving(false)}
          onSave={(name) => update({ jobViews: [...without(name), { site, name, filter: query }] })}
        />
      ) : null}
    </>
  )
}

function SaveView(props: { taken: readonly string[]; onSave: (name: string) => void; onClose: () => void }) {
  const say = useMessages(listMessages)
  const [typed, setTyped] = useState('')
  const name = typed.normalize('NFC').trim()
  const save = (event: FormEvent) => {
    event.preventDefault()
    if (name === '') return
    props.onSave(name)
    props.onClose()
  }
  return (
    <Dialog title={say('views.save')} onClose={props.onClose}>
      <form onSubmit={save}>
        <TextInput
          label={say('views.name')}
          description={props.taken.includes(name) ? say('views.exists') : undefined}
          data-autofocus
          autoComplete="off"
          maxLength={60}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <div className={styles.dialogActions}>
          <Button type="submit" disabled={name === ''}>
            {say('views.confirm')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
