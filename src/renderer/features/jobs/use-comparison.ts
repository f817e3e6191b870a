import type { JobDetail } from '../../../../contract/jobs.ts'
import { formatLimit, useFormat } from '../../ui/format.ts'
import { uiMessages } from '../../ui/messages.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { useCatalogue } from '../templates/store.ts'
import { compareMessages } from './compare-messages.ts'
import { compared, comparedKeys, inputsByUse, sameFile, type Compared } from './compare.ts'
import { limitMinutes, ranSeconds, waitedSeconds } from './story.ts'
import { useNow } from '../../ui/use-now.ts'

const there = ({ a, b }: Compared): boolean => a !== undefined || b !== undefined
const text = (value: string | number | undefined) => (value === undefined ? undefined : String(value))

/** Two jobs line by line, in words: course, resources, parameters, input files. */
export function useComparison(
  site: string,
  a: JobDetail,
  b: JobDetail,
): Record<'course' | 'asked' | 'parameters' | 'files', Compared[]> {
  const say = useMessages(compareMessages)
  const sayState = useMessages(uiMessages)
  const language = useLanguage()
  const format = useFormat()
  const { catalogue } = useCatalogue(site)
  const now = useNow(a.endedAt === undefined || b.endedAt === undefined)
  const both = (key: string, label: string, of: (job: JobDetail) => string | undefined) =>
    compared(key, label, of(a), of(b))

  const course = [
    both('state', say('state'), ({ state }) => sayState(`state.${state}`)),
    both('template', say('template'), ({ templateName, templateVersion }) =>
      templateName === undefined
        ? undefined
        : say('version', { name: textIn(templateName, language), version: templateVersion ?? '–' }),
    ),
    both('submitted', say('submitted'), ({ submittedAt }) => format.absolute(submittedAt)),
    both('waited', say('waited'), (job) => format.duration(waitedSeconds(job, now))),
    both('ran', say('ran'), (job) => {
      const ran = ranSeconds(job, now)
      return ran === undefined ? undefined : format.duration(ran)
    }),
    both('nodes', say('nodes'), ({ nodes }) => nodes),
    both('code', say('code'), ({ exitCode }) => text(exitCode)),
  ]
  const asked = [
    both('partition', say('partition'), ({ resources }) => resources.partition),
    both('nodeCount', say('nodeCount'), ({ resources }) => text(resources.nodes)),
    both('tasks', say('tasks'), ({ resources }) => text(resources.tasks)),
    both('cpus', say('cpus'), ({ resources }) => text(resources.cpusPerTask)),
    both('memory', say('memory'), ({ resources: { memoryMb } }) =>
      memoryMb === undefined ? undefined : formatLimit(memoryMb * 1024 * 1024, language),
    ),
    both('gpus', say('gpus'), ({ resources }) => text(resources.gpus)),
    both('limit', say('limit'), (job) => format.duration(limitMinutes(job) * 60)),
  ]
  const template = catalogue?.items.find(({ id }) => id === a.templateId || id === b.templateId)
  const parameters = comparedKeys(Object.keys(a.parameters), Object.keys(b.parameters)).map((key) => {
    const known = template?.parameters.find((parameter) => parameter.key === key)
    const unit = known !== undefined && 'unit' in known && known.unit !== undefined ? ` ${known.unit}` : ''
    return both(key, known === undefined ? key : textIn(known.label, language), ({ parameters: values }) => {
      const value = values[key]
      return value === undefined ? undefined : `${String(value)}${unit}`
    })
  })
  const [left, right] = [inputsByUse(a.inputs), inputsByUse(b.inputs)]
  const files = comparedKeys([...left.keys()], [...right.keys()]).map((use) => {
    const [x, y] = [left.get(use), right.get(use)]
    const named = (file: typeof x) => (file === undefined ? undefined : `${file.name} (${format.bytes(file.size)})`)
    return { ...compared(use, use, named(x), named(y)), differs: !sameFile(x, y) }
  })
  return { course: course.filter(there), asked: asked.filter(there), parameters, files }
}
