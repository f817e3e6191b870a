import { Select } from '@mantine/core'
import { convergenceParserNames, type ConvergenceChoice } from '../../../../contract/convergence.ts'
import { useMessages } from '../../ui/text.ts'
import { convergenceMessages } from './messages.ts'

const choices = ['auto', ...convergenceParserNames] as const
const isChoice = (name: string | null): name is (typeof choices)[number] => choices.some((each) => each === name)

/** How a log is read whose template names no parser. */
export function ParserChoice(props: { parser?: string; onChoose: (choice: ConvergenceChoice) => void }) {
  const { parser, onChoose } = props
  const say = useMessages(convergenceMessages)
  return (
    <Select
      aria-label={say('readAs')}
      placeholder={say('readAs')}
      w={210}
      data={choices.map((name) => ({ value: name, label: say(`parser.${name}`) }))}
      value={parser !== undefined && isChoice(parser) ? parser : null}
      allowDeselect={false}
      onChange={(name) => {
        if (isChoice(name)) onChoose({ parser: name })
      }}
    />
  )
}
