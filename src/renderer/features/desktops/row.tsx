import type { ReactNode } from 'react'
import form from '../new-job/form.module.css'

/** A line of the form: its label, its control, and beside it a hint or what is wrong with it. */
export function Row(props: {
  id: string
  label: string
  problem: string | undefined
  hint?: ReactNode
  wide?: boolean
  children: ReactNode
}) {
  const { id, label, problem, hint, wide = false } = props
  return (
    <div className={form.row} data-invalid={problem !== undefined || undefined}>
      <label className={form.label} htmlFor={id}>
        {label}
      </label>
      <div className={form.control} data-wide={wide || undefined}>
        {props.children}
      </div>
      <div className={form.hint} id={`${id}-hint`}>
        {problem === undefined ? (
          hint === undefined ? null : (
            <span className={form.help}>{hint}</span>
          )
        ) : (
          <span className={form.problem} role="alert">
            {problem}
          </span>
        )}
      </div>
    </div>
  )
}
