import { ActionIcon } from '@mantine/core'
import { ArrowLeft, X } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './detail-title.module.css'

/** The way from one thing back to its list. `beside`: the list stands next to it. */
export interface Leaving {
  href: string
  label: string
  beside: boolean
}

export function LeaveButton({ href, label, beside }: Leaving) {
  const Icon = beside ? X : ArrowLeft
  return (
    <ActionIcon component="a" href={href} aria-label={label} title={label}>
      <Icon size={16} aria-hidden />
    </ActionIcon>
  )
}

/**
 * The first line of what is shown in detail: its name (`title` where that is more than `text`), `marks` of how it stands, what can
 * be done with it, and the way back, in front where it has the page to itself. Under a heading of its own (`level` 2) a name may
 * take several lines.
 */
export function DetailTitle(props: {
  text: string
  title?: ReactNode
  level?: 1 | 2
  marks?: ReactNode
  leaving: Leaving
  children?: ReactNode
}) {
  const { text, title = text, level = 1, leaving } = props
  const Heading = level === 1 ? 'h1' : 'h2'
  const leave = <LeaveButton {...leaving} />
  return (
    <div className={styles.row}>
      {leaving.beside ? null : leave}
      <Heading className={styles.title} title={text}>
        {title}
      </Heading>
      {props.marks}
      <span className={styles.grow} />
      {props.children}
      {leaving.beside ? leave : null}
    </div>
  )
}
