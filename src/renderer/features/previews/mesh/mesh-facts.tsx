import type { MeshHeader } from '../../../../../contract/mesh.ts'
import { formatFigure, useFormat } from '../../../ui/format.ts'
import { useLanguage, useMessages } from '../../../ui/text.ts'
import { previewsMessages } from '../messages.ts'
import styles from './mesh.module.css'

const axes = ['X', 'Y', 'Z'] as const

/** What a mesh holds: nodes, elements by type, its box in its own unit of length, and how much of its surface is shown. */
export function MeshFacts({ header }: { header: MeshHeader }) {
  const say = useMessages(previewsMessages)
  const format = useFormat()
  const language = useLanguage()
  const { points, cells, elements, bounds, triangles, surface, time } = header
  const figure = (value: number) => formatFigure(value, language)
  const total = elements?.reduce((sum, { count }) => sum + count, 0) ?? cells
  return (
    <dl className={styles.facts} aria-label={say('mesh.facts')}>
      <dt>{say('mesh.nodes')}</dt>
      <dd>{format.number(points)}</dd>
      <dt>{say('mesh.elements')}</dt>
      <dd>{format.number(total)}</dd>
      {elements?.map(({ kind, nodes, count }) => (
        <div key={`${kind} ${nodes ?? ''}`} className={styles.part}>
          <dt>
            {nodes === undefined || kind === 'vertex'
              ? say(`kind.${kind}`)
              : say('mesh.ofNodes', { kind: say(`kind.${kind}`), count: nodes })}
          </dt>
          <dd>{format.number(count)}</dd>
        </div>
      ))}
      <dt>{say('mesh.box')}</dt>
      <dd className={styles.extent}>{say('mesh.extent')}</dd>
      {axes.map((axis, i) => {
        const [low = 0, high = 0] = [bounds[2 * i], bounds[2 * i + 1]]
        return (
          <div key={axis} className={styles.part} data-axis={axis}>
            <dt>
              {axis} <span className={styles.span}>{`${figure(low)} … ${figure(high)}`}</span>
            </dt>
            <dd>{figure(high - low)}</dd>
          </div>
        )
      })}
      <dt>{say('mesh.shown')}</dt>
      <dd>
        {surface === undefined || surface === triangles
          ? format.number(triangles)
          : say('mesh.shownOf', { shown: format.number(triangles), all: format.number(surface) })}
      </dd>
      {time === undefined ? null : (
        <>
          <dt>{say('mesh.time')}</dt>
          <dd>{figure(time)}</dd>
        </>
      )}
    </dl>
  )
}
