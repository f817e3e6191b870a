import { lazy, Suspense } from 'react'
import { questionsStore } from './store.ts'

const QuestionDialog = lazy(() => import('./question-dialog.tsx'))

/** Asks what sites wait for, one question at a time, wherever the window is; it is loaded when there is something to ask. */
export function SiteQuestions() {
  const questions = questionsStore.use((state) => state.questions)
  const [first] = questions
  if (first === undefined) return null
  return (
    <Suspense fallback={null}>
      <QuestionDialog key={first.id} question={first} more={questions.length - 1} />
    </Suspense>
  )
}
