import { Type, type Static } from 'typebox'

/** What a file is to a simulation, by its extension. Portals and scripts rely on these names. */
export const FileClass = Type.Union([
  Type.Literal('mesh'),
  Type.Literal('config'),
  Type.Literal('data'),
  Type.Literal('script'),
  Type.Literal('model'),
  Type.Literal('result'),
  Type.Literal('document'),
  Type.Literal('other'),
])
export type FileClass = Static<typeof FileClass>

/** Extensions, with their dot, in lower case. The longest match wins (`.tar.gz` before `.gz`). */
export const fileClassExtensions: Readonly<Record<Exclude<FileClass, 'other'>, readonly string[]>> = {
  mesh: ['.msh', '.stl', '.vtk', '.vtu', '.inp', '.k', '.cgns', '.unv', '.obj', '.step', '.stp', '.iges', '.geo'],
  config: ['.yaml', '.yml', '.json', '.toml', '.ini'],
  data: ['.dat', '.csv', '.tar', '.gz', '.tar.gz', '.zip', '.hdf5'],
  script: ['.py', '.sh', '.sbatch'],
  model: ['.pth', '.ckpt', '.pt', '.onnx', '.h5'],
  result: ['.vtp', '.frd', '.odb', '.d3plot', '.out', '.log'],
  document: ['.pdf', '.md', '.docx'],
}

/** The class of a file by its name; `other` where no extension matches. */
export function classifyFile(name: string): { fileClass: FileClass; extension: string } {
  const lower = name.toLowerCase()
  let best: { fileClass: FileClass; extension: string } = { fileClass: 'other', extension: '' }
  for (const [fileClass, extensions] of Object.entries(fileClassExtensions) as [FileClass, readonly string[]][]) {
    for (const extension of extensions) {
      if (lower.endsWith(extension) && extension.length > best.extension.length) best = { fileClass, extension }
    }
  }
  if (best.extension !== '') return best
  const dot = lower.lastIndexOf('.')
  return { fileClass: 'other', extension: dot > 0 ? lower.slice(dot) : '' }
}
