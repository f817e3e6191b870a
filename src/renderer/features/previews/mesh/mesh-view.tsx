import { Button, Select, Switch, useComputedColorScheme } from '@mantine/core'
import { Maximize } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import type { Mesh } from '../../../../../contract/mesh.ts'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { formatFigure } from '../../../ui/format.ts'
import { useLanguage, useMessages } from '../../../ui/text.ts'
import { previewsMessages } from '../messages.ts'
import { moved, radiusOf, turned, wholeModel, zoomed, type Camera } from './camera.ts'
import { gradient } from './palette.ts'
import { MeshFacts } from './mesh-facts.tsx'
import { openScene, type Scene } from './scene.ts'
import styles from './mesh.module.css'

/** Radians for one press of an arrow key. */
const KEY_TURN = Math.PI / 24
const KEY_MOVE = 0.1
const NEARER = 0.85

/** Which field one would look at first: stress or temperature, else the first one. */
const firstField = (mesh: Mesh): number => {
  const wanted = mesh.header.fields.findIndex(({ name }) => /mises|temperature/i.test(name))
  return wanted >= 0 ? wanted : mesh.header.fields.length > 0 ? 0 : -1
}

/** A surface to turn and look at, coloured by one of its fields. */
export function MeshView({ mesh, name }: { mesh: Mesh; name: string }) {
  const say = useMessages(previewsMessages)
  const language = useLanguage()
  const dark = useComputedColorScheme() === 'dark'
  const canvas = useRef<HTMLCanvasElement>(null)
  const scene = useRef<Scene>(undefined)
  const { header } = mesh
  const home = useMemo(() => wholeModel(header.bounds), [header])
  const [camera, setCamera] = useState<Camera>(home)
  const [field, setField] = useState(() => firstField(mesh))
  const [edges, setEdges] = useState(header.triangles < 60_000)
  const [size, setSize] = useState({ width: 0, height: 0 })
  const [missing, setMissing] = useState(false)
  const drag = useRef<{ x: number; y: number; pan: boolean }>(undefined)
  const whole = radiusOf(header.bounds)

  useEffect(() => {
    const element = canvas.current
    if (element === null) return undefined
    const opened = openScene(element, mesh)
    scene.current = opened
    if (opened === undefined) setMissing(true)
    const lost = (event: Event) => {
      event.preventDefault()
      setMissing(true)
    }
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }))
    observer.observe(element)
    element.addEventListener('webglcontextlost', lost)
    return () => {
      observer.disconnect()
      element.removeEventListener('webglcontextlost', lost)
      opened?.close()
      scene.current = undefined
    }
  }, [mesh])

  useEffect(() => {
    if (size.width === 0) return undefined
    const frame = requestAnimationFrame(() => {
      const sharp = window.devicePixelRatio
      scene.current?.draw(
        { camera, field, edges, dark },
        Math.round(size.width * sharp),
        Math.round(size.height * sharp),
      )
    })
    return () => cancelAnimationFrame(frame)
  }, [camera, field, edges, dark, size])

  // React's own wheel listeners are passive: the page would scroll too.
  useEffect(() => {
    const element = canvas.current
    const wheel = (event: WheelEvent) => {
      event.preventDefault()
      const half = (element?.clientHeight ?? 1) / 2
      const x = (event.offsetX - (element?.clientWidth ?? 0) / 2) / half
      const y = (half - event.offsetY) / half
      setCamera((now) => zoomed(now, event.deltaY < 0 ? NEARER : 1 / NEARER, whole, x, y))
    }
    element?.addEventListener('wheel', wheel, { passive: false })
    return () => element?.removeEventListener('wheel', wheel)
  }, [whole])

  const press = (event: PointerEvent<HTMLCanvasElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { x: event.clientX, y: event.clientY, pan: event.button !== 0 || event.shiftKey }
  }
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    const from = drag.current
    if (from === undefined) return
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y]
    drag.current = { ...from, x: event.clientX, y: event.clientY }
    const half = event.currentTarget.clientHeight / 2
    setCamera((now) => (from.pan ? moved(now, dx / half, -dy / half) : turned(now, -dx * 0.008, dy * 0.008)))
  }
  const key = (event: KeyboardEvent) => {
    const arrows: Record<string, readonly [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, 1],
      ArrowDown: [0, -1],
    }
    const arrow = arrows[event.key]
    if (arrow !== undefined) {
      const [x, y] = arrow
      setCamera((now) =>
        event.shiftKey ? moved(now, x * KEY_MOVE, y * KEY_MOVE) : turned(now, -x * KEY_TURN, -y * KEY_TURN),
      )
    } else if (event.key === '+' || event.key === '=') setCamera((now) => zoomed(now, NEARER, whole))
    else if (event.key === '-') setCamera((now) => zoomed(now, 1 / NEARER, whole))
    else if (event.key === '0' || event.key === 'Home') setCamera(home)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  const chosen = header.fields[field]
  const label = (value: number) => formatFigure(value, language)
  if (missing) return <ErrorNote tone="wait" title={say('mesh.noWebGl')} text={say('mesh.noWebGl.next')} />
  return (
    <div className={styles.frame}>
      <div className={styles.bar}>
        {header.fields.length === 0 ? null : (
          <Select
            aria-label={say('mesh.field')}
            w={240}
            allowDeselect={false}
            value={String(field)}
            data={[
              { value: '-1', label: say('mesh.plain') },
              ...header.fields.map((item, index) => ({ value: String(index), label: item.name })),
            ]}
            onChange={(value) => setField(Number(value ?? -1))}
          />
        )}
        <Switch label={say('mesh.edges')} checked={edges} onChange={(event) => setEdges(event.currentTarget.checked)} />
        <Button variant="default" leftSection={<Maximize size={14} aria-hidden />} onClick={() => setCamera(home)}>
          {say('mesh.whole')}
        </Button>
      </div>
      <div className={styles.sides}>
        <div className={styles.stage}>
          <canvas
            ref={canvas}
            className={styles.canvas}
            tabIndex={0}
            role="img"
            aria-label={
              chosen === undefined
                ? say('mesh.label', { name })
                : say('mesh.labelField', { name, field: chosen.name, min: label(chosen.min), max: label(chosen.max) })
            }
            aria-description={say('mesh.keys')}
            onPointerDown={press}
            onPointerMove={move}
            onPointerUp={() => (drag.current = undefined)}
            onContextMenu={(event) => event.preventDefault()}
            onKeyDown={key}
          />
          {chosen === undefined ? null : (
            <div className={styles.legend} aria-hidden>
              <div className={styles.legendName}>
                {chosen.name}
                {chosen.unit === undefined ? null : <span className={styles.unit}> {chosen.unit}</span>}
              </div>
              <div className={styles.scale}>
                <div className={styles.colours} style={{ backgroundImage: gradient }} />
                <div className={styles.numbers}>
                  {(chosen.max > chosen.min ? [1, 0.75, 0.5, 0.25, 0] : [0.5]).map((part) => (
                    <span key={part}>{label(chosen.min + (chosen.max - chosen.min) * part)}</span>
                  ))}
                </div>
              </div>
            </div>
          )}
        </div>
        <MeshFacts header={header} />
      </div>
      <p className={styles.hint}>
        {say('mesh.hint')}
        {header.reduced ? ` ${say('mesh.reduced')}` : ''}
        {header.skipped > 0 ? ` ${say('mesh.skipped', { count: header.skipped })}` : ''}
      </p>
    </div>
  )
}
