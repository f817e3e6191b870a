import { Type, type TObject, type TSchema } from 'typebox'
import { Id, Time } from './text.ts'

/** A call from a window or terminal to the core, and its answer. */
export interface MethodContract {
  input: TSchema
  output: TSchema
  change?: true
}
export interface StreamContract {
  params: TSchema
  snapshot: TSchema
  event: TSchema
}
export interface FeatureContract {
  methods: Record<string, MethodContract>
  streams: Record<string, StreamContract>
}

export const nothing = Type.Object({}, { additionalProperties: false })
export const site = { site: Id }
export const object = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false })
export const query = <I extends TSchema, O extends TSchema>(input: I, output: O) => ({ input, output })
export const change = <I extends TSchema, O extends TSchema>(input: I, output: O) => ({
  input,
  output,
  change: true as const,
})
export const stream = <P extends TSchema, S extends TSchema, E extends TSchema>(params: P, snapshot: S, event: E) => ({
  params,
  snapshot,
  event,
})
/** When what is told was last known to be true, where that is not now: it comes from memory. Absent while it is fresh. */
export const age = { asOf: Type.Optional(Time) }
/** The same with its age. */
export const dated = <P extends Record<string, TSchema>>({ properties }: TObject<P>) =>
  Type.Object({ ...properties, ...age })

/** A collection that changes: whole at first, then what was added or changed and what is gone. */
export const collection = <T extends TSchema, P extends TSchema>(item: T, params: P) =>
  stream(
    params,
    object({ items: Type.Array(item) }),
    object({ put: Type.Array(item), gone: Type.Array(Type.String()) }),
  )

/** The same, known again while its site is out of reach. An event without changes tells that it became old, or fresh. */
export const datedCollection = <T extends TSchema, P extends TSchema>(item: T, params: P) =>
  stream(
    params,
    object({ items: Type.Array(item), ...age }),
    object({ put: Type.Array(item), gone: Type.Array(Type.String()), ...age }),
  )
