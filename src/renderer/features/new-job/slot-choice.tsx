import { Button } from '@mantine/core'
import { TriangleAlert } from 'lucide-react'
import { useId, useState } from 'react'
import { useFormat } from '../../ui/format.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { newJobMessages } from './messages.ts'
import { isVersion, type Candidate, type Rivalry } from './rivals.ts'
import styles from './slot-choice.module.css'

/** Files told one by one; of more the rest are in the list below. */
const listed = 8

/** More files than a slot takes: which of them is meant, and what becomes of the others. */
export function SlotChoice(props: {
  rivalry: Rivalry
  onAssign: (id: string, slot: string | undefined) => Promise<void>
  onRemove: (ids: readonly string[]) => void
  onSettle: () => void
}) {
  const { rivalry, onAssign, onRemove, onSettle } = props
  const { slot, used, spare } = rivalry
  const say = useMessages(newJobMessages)
  const language = useLanguage()
  const title = useId()
  const name = useId()
  const all = [...used, ...spare]
  const [first] = spare
  const label = textIn(slot.label, language)
  const tooMany = used.length > slot.max
  const choose = async (file: Candidate) => {
    // Its place is made first: a slot never holds more than it takes.
    const place = slot.max === 1 ? used : used.slice(0, Math.max(0, used.length - slot.max + 1))
    for (const other of place) await onAssign(other.id, undefined)
    await onAssign(file.id, slot.key)
  }
  // What was clicked shows at once; the core says it a moment later.
  const [wanted, setWanted] = useState<{ id: string; inside: boolean }>()
  const isIn = (file: Candidate): boolean => {
    if (wanted === undefined) return file.slot === slot.key
    if (wanted.id === file.id) return wanted.inside
    return slot.max > 1 && file.slot === slot.key
  }
  const put = async (file: Candidate, inside: boolean) => {
    setWanted({ id: file.id, inside })
    try {
      if (inside && slot.max === 1) await choose(file)
      else await onAssign(file.id, inside ? slot.key : undefined)
    } finally {
      setWanted(undefined)
    }
  }
  return (
    <section className={styles.choice} aria-labelledby={title} data-slot-choice={slot.key}>
      <div className={styles.head}>
        <TriangleAlert size={15} aria-hidden />
        <span id={title}>{say('rivals.title', { label, count: slot.max, given: all.length })}</span>
      </div>
      <ul className={styles.files}>
        {all.slice(0, listed).map((file) => (
          <li key={file.id}>
            <label>
              <input
                type={slot.max === 1 ? 'radio' : 'checkbox'}
                name={name}
                checked={isIn(file)}
                disabled={!tooMany && slot.max > 1 && file.slot !== slot.key}
                onChange={(event) => void put(file, event.currentTarget.checked)}
              />
              <span className={styles.name}>
                {file.folder === '' ? '' : `${file.folder}/`}
                {file.name}
              </span>
              <Facts file={file} version={isVersion(file, all)} />
            </label>
          </li>
        ))}
      </ul>
      <div className={styles.foot}>
        <span>{say(tooMany ? 'rivals.tooMany' : 'rivals.others')}</span>
        {tooMany ? null : (
          <>
            <Button variant="default" onClick={() => onRemove(spare.map(({ id }) => id))}>
              {first !== undefined && spare.length === 1
                ? say('rivals.removeOne', { name: first.name })
                : say('rivals.removeOthers', { number: spare.length })}
            </Button>
            <Button variant="subtle" color="gray" onClick={onSettle}>
              {say('rivals.keep')}
            </Button>
          </>
        )}
      </div>
    </section>
  )
}

function Facts({ file, version }: { file: Candidate; version: boolean }) {
  const say = useMessages(newJobMessages)
  const format = useFormat()
  const facts = [
    format.bytes(file.size),
    ...(file.addedAt === undefined
      ? [say('rivals.older')]
      : version
        ? [say('rivals.version', { time: format.time(file.addedAt) })]
        : []),
  ]
  return <span className={styles.facts}>{facts.join(' · ')}</span>
}
