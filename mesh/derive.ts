import { vonMises } from './von-mises.ts'
import type { Model } from './model.ts'

/** XX YY ZZ XY YZ ZX, from the component `from` of a tuple on. */
const misesAt = (tuple: ArrayLike<number>, from = 0): number => {
  const at = (i: number) => tuple[from + i] ?? Number.NaN
  return vonMises([at(0), at(1), at(2), at(3), at(4), at(5)])
}

const isStress = (name: string) => /stress|sigma|^s$/i.test(name)

/** Writes the tuple of one point, read from `from` on. */
type Put = (point: number, tuple: ArrayLike<number>, from?: number) => void

/**
 * The scalars that are drawn of an array of `components` numbers a point: itself, a vector's magnitude and components, the
 * von Mises stress of a symmetric tensor. Undefined where nothing of it is drawn.
 */
export function scalarsOf(model: Model, name: string, components: number): Put | undefined {
  if (components === 1) {
    const values = model.field(name)
    return values === undefined
      ? undefined
      : (point, tuple, from = 0) => void (values[point] = tuple[from] ?? Number.NaN)
  }
  if (components === 2 || components === 3) {
    const magnitude = model.field(name)
    const parts = ['X', 'Y', 'Z'].slice(0, components).map((axis) => model.field(`${name} ${axis}`))
    return (point, tuple, from = 0) => {
      let sum = 0
      for (let i = 0; i < components; i++) {
        const value = tuple[from + i] ?? Number.NaN
        sum += value * value
        const part = parts[i]
        if (part !== undefined) part[point] = value
      }
      if (magnitude !== undefined) magnitude[point] = Math.sqrt(sum)
    }
  }
  if (components === 6 && isStress(name)) {
    const values = model.field(`${name} von Mises`)
    return values === undefined ? undefined : (point, tuple, from = 0) => void (values[point] = misesAt(tuple, from))
  }
  return undefined
}
