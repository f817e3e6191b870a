import { useFormat } from './format.ts'

/** A time: short in the text, absolute on hover. */
export function Time({ at }: { at: string }) {
  const format = useFormat()
  return (
    <time dateTime={at} title={format.absolute(at)}>
      {format.time(at)}
    </time>
  )
}
