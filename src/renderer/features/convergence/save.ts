import type { ConvergenceHead, ConvergenceRow } from '../../../../contract/convergence.ts'
import { saveText, toCsv } from '../jobs/export.ts'

/** All rows of a run with a column for each series, named by its group where two are called the same. */
export function saveCsv(name: string, axis: string, head: ConvergenceHead, rows: readonly ConvergenceRow[]): void {
  saveText(`${name}.csv`, 'text/csv;charset=utf-8', csvOf(axis, head, rows))
}

export function csvOf(axis: string, { series }: ConvergenceHead, rows: readonly ConvergenceRow[]): string {
  const columns = [
    { header: 'point', value: (row: ConvergenceRow) => Number(row[0]) },
    { header: axis, value: (row: ConvergenceRow) => Number(row[1]) },
    ...series.map(({ group, name }, place) => ({
      header: `${group}: ${name}`,
      // A value that is no number stays what it was; a spreadsheet reads a minus before a word as a formula.
      value: (row: ConvergenceRow) => row[place + 2] ?? '',
    })),
  ]
  return toCsv(rows, columns)
}

const gap = 8
const titleHeight = 24

/** The charts as one image, each below its title. */
export async function savePng(
  name: string,
  charts: readonly { title: string; canvas: HTMLCanvasElement }[],
): Promise<void> {
  const ratio = devicePixelRatio
  const width = Math.max(...charts.map(({ canvas }) => canvas.width))
  const height = charts.reduce((sum, { canvas }) => sum + canvas.height + (titleHeight + gap) * ratio, 0)
  const whole = document.createElement('canvas')
  whole.width = width
  whole.height = height
  const context = whole.getContext('2d')
  if (context === null) return
  const style = getComputedStyle(document.body)
  const colour = (variable: string) => style.getPropertyValue(variable).trim()
  context.fillStyle = colour('--hw-surface') || 'white'
  context.fillRect(0, 0, width, height)
  context.font = `${13 * ratio}px ${style.fontFamily}`
  context.textBaseline = 'middle'
  let top = 0
  for (const { title, canvas } of charts) {
    context.fillStyle = colour('--hw-text') || 'black'
    context.fillText(title, 10 * ratio, top + (titleHeight / 2) * ratio, width - 20 * ratio)
    top += titleHeight * ratio
    context.drawImage(canvas, 0, top)
    top += canvas.height + gap * ratio
  }
  const image = await new Promise<Blob | null>((resolve) => whole.toBlob(resolve, 'image/png'))
  if (image === null) return
  const link = document.createElement('a')
  link.href = URL.createObjectURL(image)
  link.download = `${name}.png`
  link.click()
  URL.revokeObjectURL(link.href)
}
