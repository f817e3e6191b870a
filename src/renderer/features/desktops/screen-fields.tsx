import { NativeSelect } from '@mantine/core'
import type { Desktop, DesktopGeometry } from '../../../../contract/desktops.ts'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import {
  dpiChoices,
  geometryLimits,
  plainDpi,
  sizeOf,
  sizes,
  type ChoiceField,
  type DesktopTemplate,
  type RawChoices,
  type SizeChoice,
} from './choices.ts'
import { CountField } from './count-field.tsx'
import { newDesktopMessages } from './new-messages.ts'
import { Row } from './row.tsx'
import styles from './new.module.css'

interface FieldsProps {
  id: string
  raw: RawChoices
  problems: ReadonlySet<ChoiceField>
  onChange: (change: Partial<RawChoices>) => void
}

const isSize = (value: string): value is SizeChoice => /^(fit|own|\d+x\d+)$/.test(value)

/** How large the screen is, and how large what is drawn on it. */
export function ScreenFields(
  props: FieldsProps & { template: DesktopTemplate; old: Desktop | undefined; fit: DesktopGeometry },
) {
  const { id, raw, problems, template, old, fit, onChange } = props
  const say = useMessages(newDesktopMessages)
  const format = useFormat()
  const known = [template.desktop.geometry, old?.geometry].flatMap((size) => size ?? [])
  const offered = new Map([...sizes, ...known].map((size) => [sizeOf(size), size]))
  const chosen = /^(\d+)x(\d+)$/.exec(raw.size)
  // Of an older choice of one's own.
  if (isSize(raw.size) && chosen !== null && !offered.has(raw.size))
    offered.set(raw.size, { width: Number(chosen[1]), height: Number(chosen[2]) })
  const all = [...offered].sort(([, a], [, b]) => a.width * a.height - b.width * b.height)
  const outside = (field: 'width' | 'height') => say('problem.width', geometryLimits[field])
  const problem = problems.has('width') ? outside('width') : problems.has('height') ? outside('height') : undefined
  return (
    <>
      <Row id={`${id}-size`} label={say('size')} problem={problem} hint={say('size.hint')} wide>
        <NativeSelect
          id={`${id}-size`}
          size="xs"
          value={raw.size}
          aria-describedby={`${id}-size-hint`}
          data={[
            { value: 'fit', label: say('size.fit', fit) },
            ...all.map(([value, size]) => ({
              value,
              label:
                template.desktop.geometry !== undefined && value === sizeOf(template.desktop.geometry)
                  ? say('size.template', size)
                  : say('size.pixels', size),
            })),
            { value: 'own', label: say('size.own') },
          ]}
          onChange={({ currentTarget: { value } }) => {
            if (isSize(value)) onChange({ size: value })
          }}
        />
      </Row>
      {raw.size !== 'own' ? null : (
        <div className={styles.own} role="group" aria-label={say('size')}>
          {(['width', 'height'] as const).map((field) => (
            <CountField
              key={field}
              id={`${id}-${field}`}
              label={say(field)}
              value={raw[field]}
              invalid={problems.has(field)}
              step={10}
              max={geometryLimits[field].max}
              onChange={(value) => onChange({ [field]: value })}
            />
          ))}
        </div>
      )}
      <Row id={`${id}-scale`} label={say('scale')} problem={undefined} hint={say('scale.hint')}>
        <NativeSelect
          id={`${id}-scale`}
          size="xs"
          value={raw.dpi}
          aria-describedby={`${id}-scale-hint`}
          data={dpiChoices(template.desktop.dpi, old?.dpi, Number(raw.dpi)).map((dpi) => ({
            value: String(dpi),
            label: say('scale.percent', { percent: format.number((dpi / plainDpi) * 100) }),
          }))}
          onChange={(event) => onChange({ dpi: event.currentTarget.value })}
        />
      </Row>
    </>
  )
}
