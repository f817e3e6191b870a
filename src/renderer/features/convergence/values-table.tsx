import { VisuallyHidden } from '@mantine/core'
import { memo } from 'react'
import type { ConvergenceGroup, ConvergenceRow, ConvergenceSeries } from '../../../../contract/convergence.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { convergenceMessages } from './messages.ts'
import { extentOf, formatValue, valueAt } from './series.ts'
import styles from './convergence.module.css'

/** The latest value of every series, and how far each has gone: what the charts show, to be read. */
export const ValuesTable = memo(function ValuesTable(props: {
  groups: readonly ConvergenceGroup[]
  series: readonly ConvergenceSeries[]
  rows: readonly ConvergenceRow[]
}) {
  const { groups, series, rows } = props
  const say = useMessages(convergenceMessages)
  const language = useLanguage()
  return (
    <div className={styles.tableBox}>
      <table className={styles.table}>
        <caption>
          <VisuallyHidden>{say('table')}</VisuallyHidden>
        </caption>
        <thead>
          <tr>
            {(['group', 'series', 'last', 'least', 'greatest'] as const).map((column) => (
              <th key={column} scope="col">
                {say(`column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {series.map(({ group, name }, place) => {
            const extent = extentOf(rows, place)
            const label = groups.find(({ key }) => key === group)?.label
            return (
              <tr key={`${group}/${name}`}>
                <td>{label === undefined ? group : textIn(label, language)}</td>
                <th scope="row">{name}</th>
                <td>{formatValue(valueAt(rows, place))}</td>
                <td>{formatValue(extent?.[0])}</td>
                <td>{formatValue(extent?.[1])}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
})
