/** A VTK array in base64: its length in bytes (UInt32), then the bytes, little-endian. */
function encode(array) {
  const head = Buffer.alloc(4)
  head.writeUInt32LE(array.byteLength)
  return Buffer.concat([head, Buffer.from(array.buffer, array.byteOffset, array.byteLength)]).toString('base64')
}

const array = (type, name, data, components = 1) =>
  `<DataArray type="${type}" Name="${name}" NumberOfComponents="${components}" format="binary">${encode(data)}</DataArray>`

const VTK_TRIANGLE = 5

/**
 * The solution as a VTK unstructured grid (`.vtu`), for ParaView: temperature at the nodes, heat flux in the triangles.
 * @param {import('./mesh.mjs').Mesh} mesh
 * @param {Float64Array} temperature °C
 * @param {number} conductivity W/(m·K)
 */
export function vtu({ x, y, triangles }, temperature, conductivity) {
  const cells = triangles.length / 3
  const points = new Float64Array(x.length * 3)
  for (let i = 0; i < x.length; i++) points.set([x[i], y[i]], i * 3)
  const flux = new Float32Array(cells * 3)
  for (let c = 0; c < cells; c++) {
    const [i, j, k] = triangles.subarray(c * 3, c * 3 + 3)
    const twice = (x[j] - x[i]) * (y[k] - y[i]) - (x[k] - x[i]) * (y[j] - y[i])
    const [ti, tj, tk] = [temperature[i], temperature[j], temperature[k]]
    const dx = (ti * (y[j] - y[k]) + tj * (y[k] - y[i]) + tk * (y[i] - y[j])) / twice
    const dy = (ti * (x[k] - x[j]) + tj * (x[i] - x[k]) + tk * (x[j] - x[i])) / twice
    flux.set([-conductivity * dx, -conductivity * dy], c * 3)
  }
  const offsets = Int32Array.from({ length: cells }, (_, c) => 3 * (c + 1))
  return [
    '<?xml version="1.0"?>',
    '<VTKFile type="UnstructuredGrid" version="0.1" byte_order="LittleEndian">',
    '<UnstructuredGrid>',
    `<Piece NumberOfPoints="${x.length}" NumberOfCells="${cells}">`,
    `<PointData Scalars="temperature">${array('Float64', 'temperature', temperature)}</PointData>`,
    `<CellData Vectors="heat flux">${array('Float32', 'heat flux', flux, 3)}</CellData>`,
    `<Points>${array('Float64', 'points', points, 3)}</Points>`,
    '<Cells>',
    array('Int32', 'connectivity', triangles),
    array('Int32', 'offsets', offsets),
    array('UInt8', 'types', new Uint8Array(cells).fill(VTK_TRIANGLE)),
    '</Cells></Piece></UnstructuredGrid></VTKFile>',
    '',
  ].join('\n')
}
