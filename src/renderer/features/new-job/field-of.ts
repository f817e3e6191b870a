import type { Obstacle } from './readiness.ts'

/** Where an obstacle is settled, as a selector. */
export function fieldOf(obstacle: Obstacle): string | undefined {
  switch (obstacle.kind) {
    case 'parameter':
      return `[data-parameter="${CSS.escape(obstacle.key)}"] :is(input, textarea)`
    case 'resource':
      return `[data-resource="${obstacle.field}"] input`
    case 'queue':
      return `[data-queue="${obstacle.field}"] :is(input, textarea)`
    case 'name':
      return '[data-field="name"]'
    case 'command':
      return '[data-field="command"]'
    case 'rivals':
      return `[data-slot-choice="${CSS.escape(obstacle.slot.key)}"] input`
    case 'missing':
    case 'surplus':
    case 'too-many':
      return '[data-files] button'
    case 'failed':
    case 'pick-again':
      return `[data-upload="${CSS.escape(obstacle.upload.name)}"] button`
    default:
      return undefined
  }
}
