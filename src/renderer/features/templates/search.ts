import type { Template } from '../../../../contract/templates.ts'

/** Categories with how many templates each has, in alphabetical order. */
export function categoriesOf(templates: readonly Template[]): { id: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const { category } of templates) counts.set(category, (counts.get(category) ?? 0) + 1)
  return [...counts].map(([id, count]) => ({ id, count })).sort((a, b) => a.id.localeCompare(b.id))
}

/** Templates of a category (null: all) that hold every word in name, description, category or id, in either language. */
export function findTemplates(templates: readonly Template[], text: string, category: string | null): Template[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return templates.filter((template) => {
    if (category !== null && template.category !== category) return false
    const { name, description } = template
    const all = [name.en, name.ko, description?.en, description?.ko, template.category, template.id]
    const haystack = all.join('\n').toLowerCase()
    return words.every((word) => haystack.includes(word))
  })
}
