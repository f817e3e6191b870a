import { useCallback } from 'react'
import { useMessages } from '../../ui/text.ts'
import { templatesMessages } from './messages.ts'

const known = [
  'structural',
  'thermal',
  'fluid',
  'cfd',
  'fem',
  'crash',
  'training',
  'meshing',
  'general',
  'desktop',
] as const
const isKnown = (category: string): category is (typeof known)[number] =>
  (known as readonly string[]).includes(category)

/** The category's name; a category of the site's own is said as its file says it. */
export function useCategoryName(): (category: string) => string {
  const say = useMessages(templatesMessages)
  return useCallback(
    (category) =>
      isKnown(category)
        ? say(`category.${category}`)
        : category.replaceAll('-', ' ').replace(/^./, (c) => c.toUpperCase()),
    [say],
  )
}
