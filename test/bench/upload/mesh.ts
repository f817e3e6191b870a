import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { numbers } from '../../helpers/fault-proxy.ts'
import { hasPart } from '../../helpers/parts.ts'
import { output } from './run.ts'

/** A bracket with two bores, 200 × 100 × 20 mm. */
const GEOMETRY = `SetFactory("OpenCASCADE");
Box(1) = {0, 0, 0, 0.2, 0.1, 0.02};
Cylinder(2) = {0.05, 0.05, 0, 0, 0, 0.02, 0.015};
Cylinder(3) = {0.15, 0.05, 0, 0, 0, 0.02, 0.02};
BooleanDifference(4) = { Volume{1}; Delete; }{ Volume{2,3}; Delete; };
`
/** Bytes of gmsh's mesh of it times the cube of the size of an element in metres, as measured. */
const BYTES_BY_VOLUME = 0.095
/** A brick is six tetrahedra around its diagonal from corner 0 to corner 7; bit by bit a corner is x, y and z. */
const TETRAHEDRA = [
  [1, 3],
  [3, 2],
  [2, 6],
  [6, 4],
  [4, 5],
  [5, 1],
] as const
/** Of a brick and its node in the text, as measured. */
const BYTES_A_BRICK = 272

/**
 * A mesh of tetrahedra as Gmsh's text (MSH 4.1) of about so many bytes, by gmsh where it is here; made once and kept with the
 * other things that runs leave. `by`: what has made it.
 */
export async function meshFile(bytes: number): Promise<{ path: string; by: string }> {
  const folder = fileURLToPath(new URL('../../.artifacts/', import.meta.url))
  const by = hasPart('gmsh') ? 'gmsh' : 'script'
  const path = `${folder}bracket-${by}-${Math.round(bytes / 1e6)}MB.msh`
  if (existsSync(path)) return { path, by }
  await mkdir(folder, { recursive: true })
  const making = `${path}.making`
  await (by === 'gmsh' ? meshBracket : writeBricks)(making, bytes)
  await rename(making, path)
  return { path, by }
}

async function meshBracket(path: string, bytes: number): Promise<void> {
  const geometry = `${path}.geo`
  await writeFile(geometry, GEOMETRY)
  const size = String(Math.cbrt(BYTES_BY_VOLUME / bytes))
  const how = ['-3', '-algo', 'hxt', '-setnumber', 'Mesh.MeshSizeMax', size, '-format', 'msh41', '-v', '1']
  await output(['gmsh', geometry, ...how, '-o', path])
  await rm(geometry)
}

/** Bricks of a plate, each cut into tetrahedra, with nodes moved a little as a mesher does. */
async function writeBricks(path: string, bytes: number): Promise<void> {
  const layers = 8
  const side = Math.max(2, Math.round(Math.sqrt(bytes / BYTES_A_BRICK / layers)))
  const [nx, ny, nz] = [side + 1, side + 1, layers + 1]
  const random = numbers(1)
  const moved = (at: number, size: number): string => String((at + (random() - 0.5) * 0.6) * size)
  const file = createWriteStream(path)
  const write = async (text: string): Promise<void> => {
    if (!file.write(text)) await once(file, 'drain')
  }
  const count = nx * ny * nz
  const elements = side * side * layers * TETRAHEDRA.length
  await write('$MeshFormat\n4.1 0 8\n$EndMeshFormat\n$Entities\n0 0 0 1\n1 0 0 0 1 1 1 0 0\n$EndEntities\n')
  await write(`$Nodes\n1 ${count} 1 ${count}\n3 1 0 ${count}\n`)
  for (let tag = 1; tag <= count; tag += side) {
    const tags = Array.from({ length: Math.min(side, count - tag + 1) }, (_, at) => tag + at)
    await write(`${tags.join('\n')}\n`)
  }
  for (let z = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      const row = Array.from({ length: nx }, (_, x) => `${moved(x, 1e-3)} ${moved(y, 1e-3)} ${moved(z, 1e-3)}\n`)
      await write(row.join(''))
    }
  }
  await write(`$EndNodes\n$Elements\n1 ${elements} 1 ${elements}\n3 1 4 ${elements}\n`)
  let tag = 0
  for (let z = 0; z < layers; z += 1) {
    for (let y = 0; y < side; y += 1) {
      let row = ''
      for (let x = 0; x < side; x += 1) {
        const corner = (at: number): number => 1 + x + (at & 1) + nx * (y + ((at >> 1) & 1) + ny * (z + (at >> 2)))
        for (const [a, b] of TETRAHEDRA) row += `${(tag += 1)} ${corner(0)} ${corner(a)} ${corner(b)} ${corner(7)} \n`
      }
      await write(row)
    }
  }
  file.end('$EndElements\n')
  await once(file, 'close')
}
