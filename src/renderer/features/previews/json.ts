/** A JSON text indented, its numbers and strings as they are written; undefined where it is no JSON. */
export function indentedJson(text: string): string | undefined {
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  let depth = 0
  const line = () => `\n${'  '.repeat(depth)}`
  // Strings, other values, and signs; between them is only white space.
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g) ?? []
  return tokens
    .map((token, i) => {
      if (token === ',') return `,${line()}`
      if (token === ':') return ': '
      if (token === '{' || token === '[') {
        const next = tokens[i + 1]
        if (next === '}' || next === ']') return token
        depth += 1
        return `${token}${line()}`
      }
      if (token === '}' || token === ']') {
        const before = tokens[i - 1]
        if (before === '{' || before === '[') return token
        depth -= 1
        return `${line()}${token}`
      }
      return token
    })
    .join('')
}
