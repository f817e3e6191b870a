import { expect, it } from 'vitest'
import { cardAfter } from '../../../../../src/renderer/features/desktops/grid.ts'

/** Three in the first row, two in the second. */
const places = [
  { left: 0, top: 0 },
  { left: 300, top: 0 },
  { left: 600, top: 0 },
  { left: 0, top: 400 },
  { left: 300, top: 400 },
]

it.each([
  [0, 'ArrowRight', 1],
  [2, 'ArrowRight', 3],
  [3, 'ArrowLeft', 2],
  [1, 'ArrowDown', 4],
  // Nothing lies straight below: the nearest does.
  [2, 'ArrowDown', 4],
  [4, 'ArrowUp', 1],
  [3, 'Home', 0],
  [0, 'End', 4],
  [0, 'ArrowLeft', undefined],
  [4, 'ArrowRight', undefined],
  [0, 'ArrowUp', undefined],
  [3, 'ArrowDown', undefined],
  [0, 'Enter', undefined],
  [9, 'ArrowDown', undefined],
])('from card %i, %s leads to %s', (index, key, to) => expect(cardAfter(places, index, key)).toBe(to))
