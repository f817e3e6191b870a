export type Vector = readonly [number, number, number]

/** Where the model is looked at from: a turntable around z, without perspective, as CAE programs do. */
export interface Camera {
  /** Radians around z, and above the xy plane. */
  turn: number
  lift: number
  centre: Vector
  /** Half the height of what is seen, in the model's length. */
  span: number
}

/** Right, up and towards the eye. */
export function axesOf({ turn, lift }: Pick<Camera, 'turn' | 'lift'>): { right: Vector; up: Vector; eye: Vector } {
  const [c, s] = [Math.cos(turn), Math.sin(turn)]
  const [cl, sl] = [Math.cos(lift), Math.sin(lift)]
  return { right: [-s, c, 0], up: [-sl * c, -sl * s, cl], eye: [cl * c, cl * s, sl] }
}

/** Radius of a sphere around the model. */
export const radiusOf = ([x0 = 0, x1 = 0, y0 = 0, y1 = 0, z0 = 0, z1 = 0]: readonly number[]): number =>
  Math.hypot(x1 - x0, y1 - y0, z1 - z0) / 2 || 1

/** The whole model from above a corner; a flat one in the xy plane from straight above, with x to the right. */
export function wholeModel(bounds: readonly number[]): Camera {
  const [x0 = 0, x1 = 0, y0 = 0, y1 = 0, z0 = 0, z1 = 0] = bounds
  const flat = z1 - z0 < 0.01 * Math.hypot(x1 - x0, y1 - y0)
  return {
    turn: flat ? -Math.PI / 2 : -Math.PI / 3,
    lift: flat ? Math.PI / 2 : Math.PI / 6,
    centre: [(x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2],
    span: radiusOf(bounds) * (flat ? 0.8 : 1),
  }
}

const within = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))

export const turned = (camera: Camera, turn: number, lift: number): Camera => ({
  ...camera,
  turn: camera.turn + turn,
  lift: within(camera.lift + lift, -Math.PI / 2, Math.PI / 2),
})

/** Moved by parts of half the height of the view. */
export function moved(camera: Camera, x: number, y: number): Camera {
  const { right, up } = axesOf(camera)
  const [dx, dy] = [x * camera.span, y * camera.span]
  const at = (i: 0 | 1 | 2) => camera.centre[i] - right[i] * dx - up[i] * dy
  return { ...camera, centre: [at(0), at(1), at(2)] }
}

/** `factor` below 1 comes nearer; what lies at (x, y), in parts of half the height of the view, stays there. */
export function zoomed(camera: Camera, factor: number, whole: number, x = 0, y = 0): Camera {
  const span = within(camera.span * factor, whole / 2000, whole * 10)
  const shift = 1 - span / camera.span
  return { ...moved(camera, -x * shift, -y * shift), span }
}
