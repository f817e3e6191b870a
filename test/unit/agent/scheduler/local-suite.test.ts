import { schedulerSuite } from '../../../helpers/scheduler-suite.ts'

schedulerSuite('the embedded scheduler', {
  environment: async () => ({ HEADWAY_SCHEDULER: 'local' }),
  close: async () => undefined,
  patienceMs: 15_000,
})
