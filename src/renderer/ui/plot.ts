import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef, type RefObject } from 'react'
import uPlot, { type Options } from 'uplot'

/** What a plot is drawn with: font and colours as the theme has them now. */
export interface PlotLook {
  font: string
  axis: string
  grid: string
  /** The value of a custom property, a colour. */
  variable: (name: string) => string
}

export function plotLook(host: HTMLElement): PlotLook {
  const style = getComputedStyle(host)
  const variable = (name: string) => style.getPropertyValue(name).trim()
  return { font: `11px ${style.fontFamily}`, axis: variable('--hw-dim'), grid: variable('--hw-line'), variable }
}

export interface Plotted {
  /** What it is drawn into, and is as wide as. */
  host: RefObject<HTMLDivElement | null>
  plot: RefObject<uPlot | undefined>
}

/**
 * A plot. It is made anew where `optionsOf` is another function (for other lines or another language; for another theme by its
 * key), and only fed where `feed` is another one.
 */
export function usePlot(optionsOf: (host: HTMLElement) => Options, feed: (plot: uPlot) => void): Plotted {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const latest = useRef(feed)
  useEffect(() => {
    latest.current = feed
    if (plot.current !== undefined) feed(plot.current)
  }, [feed])
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const options = optionsOf(element)
    const made = new uPlot(options, [[]], element)
    latest.current(made)
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: options.height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.current = undefined
      made.destroy()
    }
  }, [optionsOf])
  return { host, plot }
}
