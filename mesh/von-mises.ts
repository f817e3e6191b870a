/** Components of a symmetric stress tensor in the order of a STRESS block: SXX SYY SZZ SXY SYZ SZX. */
export type Stress = readonly [number, number, number, number, number, number]

/** The von Mises equivalent of a stress, in its unit. */
export function vonMises([xx, yy, zz, xy, yz, zx]: Stress): number {
  const normal = (xx - yy) ** 2 + (yy - zz) ** 2 + (zz - xx) ** 2
  return Math.sqrt(normal / 2 + 3 * (xy ** 2 + yz ** 2 + zx ** 2))
}
