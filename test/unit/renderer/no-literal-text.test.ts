import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../src/renderer/', import.meta.url))
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tsx'))

/** Attributes whose text a person reads or hears. */
const spoken = new Set(['aria-label', 'title', 'label', 'placeholder', 'description', 'alt', 'error', 'text', 'name'])
/** Attributes of these names on these elements are no speech. */
const technical = (element: string, attribute: string) =>
  attribute === 'name' && (/^[a-z]/.test(element) || /Input$|DataTable$/.test(element))
const hasLetters = (text: string) => /\p{L}{2,}/u.test(text)

function literalTexts(file: string): string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(root + file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
    ts.ScriptKind.TSX,
  )
  const found: string[] = []
  const visit = (node: ts.Node, insideKey: boolean): void => {
    const isKey = ts.isJsxElement(node) && node.openingElement.tagName.getText(source) === 'kbd'
    if (ts.isJsxText(node) && !insideKey && hasLetters(node.text)) found.push(node.text.trim())
    if (ts.isJsxAttribute(node) && node.initializer !== undefined && ts.isStringLiteral(node.initializer)) {
      const name = node.name.getText(source)
      const element = node.parent.parent.tagName.getText(source)
      const text = node.initializer.text
      if (spoken.has(name) && !technical(element, name) && hasLetters(text) && text !== 'Headway')
        found.push(`${name}="${text}"`)
    }
    ts.forEachChild(node, (child) => visit(child, insideKey || isKey))
  }
  visit(source, false)
  return found
}

it.each(files)('%s says nothing that is not in the messages', (file) => {
  expect(literalTexts(file)).toEqual([])
})
