import { Switch } from '@mantine/core'
import { lazy, Suspense, useMemo, useState } from 'react'
import type { Preview } from '../../../../contract/results.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useFormat } from '../../ui/format.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useMessages } from '../../ui/text.ts'
import { indentedJson } from './json.ts'
import { isJson } from './kinds.ts'
import { decodeMesh } from './mesh/decode.ts'
import { previewsMessages } from './messages.ts'
import { TableView } from './table-view.tsx'
import styles from './preview.module.css'

/** Loaded with the first mesh that is looked at. */
const MeshView = lazy(async () => ({ default: (await import('./mesh/mesh-view.tsx')).MeshView }))

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => {
  const binary = atob(base64)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

function Picture({ answer, name, next }: { answer: Extract<Preview, { as: 'image' }>; name: string; next: string }) {
  const say = useMessages(previewsMessages)
  const [size, setSize] = useState<{ width: number; height: number }>()
  const [broken, setBroken] = useState(false)
  if (broken) return <ErrorNote tone="bad" title={say('brokenPicture')} text={next} />
  return (
    <div className={styles.picture}>
      {/* The type was found in the bytes. In an <img> nothing of a picture runs, an SVG's scripts neither. */}
      <img
        src={`data:${answer.type};base64,${answer.bytes}`}
        alt={name}
        onError={() => setBroken(true)}
        onLoad={(event) =>
          setSize({ width: event.currentTarget.naturalWidth, height: event.currentTarget.naturalHeight })
        }
      />
      {size === undefined ? null : <p className={styles.note}>{say('pixels', size)}</p>}
    </div>
  )
}

function TextParts({ answer, name }: { answer: Extract<Preview, { as: 'text' }>; name: string }) {
  const say = useMessages(previewsMessages)
  const format = useFormat()
  const bytes = format.bytes(answer.size)
  const [plain, setPlain] = useState(false)
  const { start, end } = answer
  // Only what is here whole can be told to be JSON.
  const json = isJson(name) && end === undefined
  const indented = useMemo(() => (json ? indentedJson(start) : undefined), [json, start])
  return (
    <>
      <pre className={styles.text} tabIndex={0} aria-label={name}>
        {plain ? start : (indented ?? start)}
        {end === undefined ? null : (
          <>
            <span className={styles.cut}>{say('cut', { size: bytes })}</span>
            {end}
          </>
        )}
      </pre>
      <div className={styles.foot}>
        {indented === undefined ? null : (
          <Switch
            label={say('formatted')}
            checked={!plain}
            onChange={(event) => setPlain(!event.currentTarget.checked)}
          />
        )}
        <p className={styles.note}>
          {say('size', { size: bytes, encoding: say(`encoding.${answer.encoding}`) })}
          {json && indented === undefined ? ` · ${say('notJson')}` : null}
        </p>
      </div>
    </>
  )
}

function Mesh({ base64, name }: { base64: string; name: string }) {
  const mesh = useMemo(() => decodeMesh(bytesOf(base64)), [base64])
  return (
    <Suspense fallback={<Skeleton lines={8} />}>
      <MeshView mesh={mesh} name={name} />
    </Suspense>
  )
}

/** What came of a look at a file. `next`: what else can be done with one that is not to be seen. */
export function Shown({ answer, name, next }: { answer: Preview; name: string; next: string }) {
  switch (answer.as) {
    case 'mesh':
      return <Mesh key={name} base64={answer.bytes} name={name} />
    case 'image':
      return <Picture key={name} answer={answer} name={name} next={next} />
    case 'table':
      return <TableView answer={answer} name={name} />
    default:
      return <TextParts key={name} answer={answer} name={name} />
  }
}
