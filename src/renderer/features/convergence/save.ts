import type { ConvergenceHead, ConvergenceRow } from '../../../../contract/convergence.ts'
import { saveText, toCsv } from '../jobs/export.ts'
import { colourOf, dashOf, type Line } from './series.ts'

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
const legendHeight = 18

export interface Drawing {
  canvas: HTMLCanvasElement
  lines: readonly Line[]
}

/** Names of the lines beside samples of them. */
function drawLegend(context: CanvasRenderingContext2D, lines: readonly Line[], place: Place): void {
  const { left, top, ratio, text, colour } = place
  const middle = top + (legendHeight / 2) * ratio
  let at = left
  context.font = `${11 * ratio}px ${place.font}`
  for (const { name, index } of lines) {
    context.strokeStyle = colour(colourOf(index)) || text
    context.lineWidth = 2 * ratio
    context.setLineDash(dashOf(index).map((part) => part * ratio))
    context.beginPath()
    context.moveTo(at, middle)
    context.lineTo(at + 22 * ratio, middle)
    context.stroke()
    context.fillStyle = text
    context.fillText(name, at + 28 * ratio, middle)
    at += 28 * ratio + context.measureText(name).width + 16 * ratio
  }
  context.setLineDash([])
}

interface Place {
  left: number
  top: number
  ratio: number
  font: string
  text: string
  colour: (variable: string) => string
}

/** The charts as one image, each below its title and the names of its lines. */
export async function savePng(name: string, charts: readonly (Drawing & { title: string })[]): Promise<void> {
  const ratio = devicePixelRatio
  const width = Math.max(...charts.map(({ canvas }) => canvas.width))
  const height = charts.reduce((sum, { canvas }) => sum + canvas.height + (titleHeight + legendHeight + gap) * ratio, 0)
  const whole = document.createElement('canvas')
  whole.width = width
  whole.height = height
  const context = whole.getContext('2d')
  if (context === null) return
  // The lines' colours are the section's own.
  const style = getComputedStyle(charts[0]?.canvas.parentElement ?? document.body)
  const colour = (variable: string) => style.getPropertyValue(variable).trim()
  const text = colour('--hw-text') || 'black'
  context.fillStyle = colour('--hw-surface') || 'white'
  context.fillRect(0, 0, width, height)
  context.textBaseline = 'middle'
  let top = 0
  for (const { title, canvas, lines } of charts) {
    context.fillStyle = text
    context.font = `${13 * ratio}px ${style.fontFamily}`
    context.fillText(title, 10 * ratio, top + (titleHeight / 2) * ratio, width - 20 * ratio)
    top += titleHeight * ratio
    drawLegend(context, lines, { left: 10 * ratio, top, ratio, font: style.fontFamily, text, colour })
    top += legendHeight * ratio
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
