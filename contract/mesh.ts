import { Type, type Static } from 'typebox'

/** A scalar at every vertex. `min` and `max` are those of the whole model, also of what is not drawn. */
export const MeshField = Type.Object({
  name: Type.String(),
  unit: Type.Optional(Type.String()),
  min: Type.Number(),
  max: Type.Number(),
})
export type MeshField = Static<typeof MeshField>

/** What an element is by its shape; `other` has none that is known here (polyhedra). */
export const ElementKind = Type.Union([
  Type.Literal('vertex'),
  Type.Literal('line'),
  Type.Literal('triangle'),
  Type.Literal('quad'),
  Type.Literal('polygon'),
  Type.Literal('tetra'),
  Type.Literal('pyramid'),
  Type.Literal('wedge'),
  Type.Literal('hexa'),
  Type.Literal('other'),
])
export type ElementKind = Static<typeof ElementKind>

/** How many elements of one type a file holds. `nodes` of each, those on edges and faces too; absent where they differ. */
export const ElementCount = Type.Object({
  kind: ElementKind,
  nodes: Type.Optional(Type.Integer({ minimum: 1 })),
  count: Type.Integer({ minimum: 1 }),
})
export type ElementCount = Static<typeof ElementCount>

export const MeshHeader = Type.Object({
  vertices: Type.Integer({ minimum: 0 }),
  triangles: Type.Integer({ minimum: 0 }),
  lines: Type.Integer({ minimum: 0 }),
  fields: Type.Array(MeshField),
  /** What the file holds. */
  points: Type.Integer(),
  cells: Type.Integer(),
  /** By type, the most frequent first. Absent from agents that do not count them. */
  elements: Type.Optional(Type.Array(ElementCount)),
  /** Smallest and largest coordinates, in the file's unit of length. */
  bounds: Type.Array(Type.Number(), { minItems: 6, maxItems: 6 }),
  /** The surface was made coarser to be small enough; of how many triangles it was made. */
  reduced: Type.Boolean(),
  surface: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Time or step value of the results drawn. */
  time: Type.Optional(Type.Number()),
  /** Cells of kinds that are not drawn (polyhedra). */
  skipped: Type.Integer(),
})
export type MeshHeader = Static<typeof MeshHeader>

/**
 * The outer surface of a model as it travels. All little-endian, in this order:
 *
 * - 4 bytes `HWM1`; uint32: length in bytes of the header; the header, JSON in UTF-8 padded with spaces to a multiple of 4
 * - float32 × 3 × `vertices`: positions
 * - uint32 × 3 × `triangles`: vertices of each, counter-clockwise from outside where the file says so
 * - uint32 × 2 × `lines`: edges of the elements
 * - for each field float32 × `vertices`, NaN where there is no value
 */
export interface Mesh {
  header: MeshHeader
  positions: Float32Array<ArrayBuffer>
  triangles: Uint32Array<ArrayBuffer>
  lines: Uint32Array<ArrayBuffer>
  values: Float32Array<ArrayBuffer>[]
}

/** What can be drawn, by its extension. */
export const meshExtensions: readonly string[] = ['.frd', '.vtu', '.vtp', '.vtk', '.msh', '.stl', '.obj', '.inp']
export const isMesh = (path: string): boolean => meshExtensions.some((end) => path.toLowerCase().endsWith(end))
