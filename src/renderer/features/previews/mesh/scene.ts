import type { Mesh } from '../../../../../contract/mesh.ts'
import { axesOf, radiusOf, type Camera } from './camera.ts'
import { palette } from './palette.ts'

const place = `
uniform vec3 right, up, eye, centre;
uniform vec3 scale; // 1 / half width, 1 / half height, 1 / depth
vec4 placed(vec3 position) {
  vec3 p = position - centre;
  return vec4(dot(right, p) * scale.x, dot(up, p) * scale.y, -dot(eye, p) * scale.z, 1.0);
}`

const faceVertex = `#version 300 es
in vec3 position;
in float value;
out vec3 world;
out float shown;
${place}
void main() {
  world = position;
  shown = value;
  gl_Position = placed(position);
}`

// Normals from the screen: every face is flat, as its element is. Lit from the eye, and both sides alike.
const faceFragment = `#version 300 es
precision highp float;
in vec3 world;
in float shown;
uniform vec3 eye;
uniform vec2 range; // lowest value, 1 / (highest - lowest)
uniform vec3 plain;
uniform bool coloured;
uniform sampler2D colours;
out vec4 colour;
void main() {
  vec3 normal = normalize(cross(dFdx(world), dFdy(world)));
  float light = 0.6 + 0.4 * abs(dot(normal, eye));
  bool known = coloured && !(isnan(shown) || isinf(shown));
  vec3 base = known ? texture(colours, vec2(clamp((shown - range.x) * range.y, 0.002, 0.998), 0.5)).rgb : plain;
  colour = vec4(base * light, 1.0);
}`

const lineVertex = `#version 300 es
in vec3 position;
${place}
void main() {
  gl_Position = placed(position);
  // Nearer by a little, or the faces beside an edge would hide it.
  gl_Position.z -= 0.001;
}`

const lineFragment = `#version 300 es
precision mediump float;
uniform vec4 line;
out vec4 colour;
void main() { colour = line; }`

export interface Look {
  camera: Camera
  /** Which of the mesh's fields colours it; -1: none. */
  field: number
  edges: boolean
  dark: boolean
}

export interface Scene {
  draw(look: Look, width: number, height: number): void
  close(): void
}

type Gl = WebGL2RenderingContext

function programOf(gl: Gl, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram()
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type)
    if (shader === null) throw new Error('no shader')
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true) throw new Error(gl.getProgramInfoLog(program) ?? '')
  return program
}

function bufferOf(gl: Gl, target: number, data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): WebGLBuffer {
  const buffer = gl.createBuffer()
  gl.bindBuffer(target, buffer)
  gl.bufferData(target, data, gl.STATIC_DRAW)
  return buffer
}

/** Draws a mesh on a canvas. Undefined where the browser or machine has no WebGL 2. */
export function openScene(canvas: HTMLCanvasElement, mesh: Mesh): Scene | undefined {
  const gl = canvas.getContext('webgl2', { antialias: true, alpha: true })
  if (gl === null) return undefined
  const faces = programOf(gl, faceVertex, faceFragment)
  const lines = programOf(gl, lineVertex, lineFragment)
  const positions = bufferOf(gl, gl.ARRAY_BUFFER, mesh.positions)
  const triangles = bufferOf(gl, gl.ELEMENT_ARRAY_BUFFER, mesh.triangles)
  // A surface that was made coarser carries no edges of elements: those of its triangles say how coarse it is.
  const edges = mesh.header.lines > 0 ? mesh.lines : edgesOf(mesh.triangles)
  const edgeBuffer = bufferOf(gl, gl.ELEMENT_ARRAY_BUFFER, edges)
  const values = mesh.values.map((all) => bufferOf(gl, gl.ARRAY_BUFFER, all))
  const colours = gl.createTexture()
  gl.bindTexture(gl.TEXTURE_2D, colours)
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, palette(256))
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR)
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE)
  const depth = 1 / (radiusOf(mesh.header.bounds) * 4)

  function place(program: WebGLProgram, camera: Camera, aspect: number): void {
    gl?.useProgram(program)
    const at = (name: string) => gl?.getUniformLocation(program, name) ?? null
    const axes = axesOf(camera)
    gl?.uniform3fv(at('right'), axes.right)
    gl?.uniform3fv(at('up'), axes.up)
    gl?.uniform3fv(at('eye'), axes.eye)
    gl?.uniform3fv(at('centre'), camera.centre)
    gl?.uniform3f(at('scale'), 1 / (camera.span * aspect), 1 / camera.span, depth)
  }
  function attribute(program: WebGLProgram, name: string, buffer: WebGLBuffer | undefined, size: number): void {
    const at = gl?.getAttribLocation(program, name) ?? -1
    if (gl === null || at < 0) return
    if (buffer === undefined) {
      gl.disableVertexAttribArray(at)
      return
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer)
    gl.enableVertexAttribArray(at)
    gl.vertexAttribPointer(at, size, gl.FLOAT, false, 0, 0)
  }

  return {
    draw({ camera, field, edges: withEdges, dark }, width, height) {
      canvas.width = width
      canvas.height = height
      gl.viewport(0, 0, width, height)
      gl.clearColor(0, 0, 0, 0)
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT)
      gl.enable(gl.DEPTH_TEST)
      gl.enable(gl.POLYGON_OFFSET_FILL)
      gl.polygonOffset(1, 1)
      place(faces, camera, width / height)
      const { min = 0, max = 0 } = mesh.header.fields[field] ?? {}
      const at = (name: string) => gl.getUniformLocation(faces, name)
      // One value alone has the colour of the middle.
      if (max > min) gl.uniform2f(at('range'), min, 1 / (max - min))
      else gl.uniform2f(at('range'), min - 1, 0.5)
      gl.uniform1i(at('coloured'), field < 0 ? 0 : 1)
      gl.uniform3fv(at('plain'), dark ? [0.56, 0.63, 0.7] : [0.68, 0.74, 0.8])
      attribute(faces, 'position', positions, 3)
      attribute(faces, 'value', values[field], 1)
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, triangles)
      gl.drawElements(gl.TRIANGLES, mesh.triangles.length, gl.UNSIGNED_INT, 0)
      if (!withEdges) return
      gl.enable(gl.BLEND)
      // The canvas itself stays opaque where the model is.
      gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ZERO, gl.ONE)
      place(lines, camera, width / height)
      // Dark on a light page; on a dark one light, or they would not be seen on the low colours.
      const ink = dark && field >= 0 ? 0.92 : 0.08
      gl.uniform4f(gl.getUniformLocation(lines, 'line'), ink, ink, ink, field < 0 ? 0.55 : 0.3)
      attribute(lines, 'position', positions, 3)
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, edgeBuffer)
      gl.drawElements(gl.LINES, edges.length, gl.UNSIGNED_INT, 0)
      gl.disable(gl.BLEND)
    },
    close() {
      // Browsers keep few contexts: one that is done with must not wait to be collected.
      gl.getExtension('WEBGL_lose_context')?.loseContext()
    },
  }
}

/** The sides of all triangles; those between two are listed twice, which costs less than finding them. */
function edgesOf(triangles: Uint32Array): Uint32Array<ArrayBuffer> {
  const edges = new Uint32Array(2 * triangles.length)
  for (let i = 0; i < triangles.length; i += 3) {
    const [a = 0, b = 0, c = 0] = triangles.subarray(i, i + 3)
    edges.set([a, b, b, c, c, a], 2 * i)
  }
  return edges
}
