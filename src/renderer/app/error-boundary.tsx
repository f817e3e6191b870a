import { Button } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { ErrorNote } from '../ui/error-note.tsx'
import { useMessages } from '../ui/text.ts'
import { appMessages } from './messages.ts'
import styles from './frame.module.css'

function PageFailed({ detail }: { detail: string }) {
  const say = useMessages(appMessages)
  return (
    <div className={styles.pageFailed}>
      <ErrorNote title={say('pageFailed')} text={say('pageFailedNext')}>
        <Button variant="default" onClick={() => location.reload()}>
          {say('reload')}
        </Button>
      </ErrorNote>
      <pre>{detail}</pre>
    </div>
  )
}

interface Props {
  place: string
  children: ReactNode
}
interface State {
  failure: Error | undefined
  place: string
}

/** Keeps a fault of one page inside it; going to another place (`place`) tries again. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failure: undefined, place: this.props.place }

  static getDerivedStateFromError(failure: Error): { failure: Error } {
    return { failure }
  }

  static getDerivedStateFromProps({ place }: Props, state: State): State | null {
    return place === state.place ? null : { failure: undefined, place }
  }

  override render(): ReactNode {
    const { failure } = this.state
    return failure === undefined ? this.props.children : <PageFailed detail={failure.message} />
  }
}
