/**
 * xterm inserts `<style>` elements and sets `style` attributes of spans, both of which our policy (`style-src 'self' 'nonce-…'`)
 * refuses. Its `documentOverride` does not reach all of them (6.0.0: the scrollbar's and the rows' are made by the page's own
 * document), hence this.
 */

const nonceOfPage = (): string => document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

/** Runs `make`, which must not wait for anything; the `<style>` elements that it makes carry the page's nonce. */
export function withStyleNonce(make: () => void): void {
  const nonce = nonceOfPage()
  const createElement = document.createElement.bind(document)
  // Over the method of the prototype, for as long as `make` runs.
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = createElement(name, options)
    if (name === 'style') element.nonce = nonce
    return element
  }
  try {
    make()
  } finally {
    Reflect.deleteProperty(document, 'createElement')
  }
}

function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value
  else Element.prototype.setAttribute.call(this, name, value)
}

/** From now on the `style` attribute of a span is set as the property, which means the same and the policy allows. */
export function allowSpanStyles(): void {
  if (Object.hasOwn(HTMLSpanElement.prototype, 'setAttribute')) return
  HTMLSpanElement.prototype.setAttribute = setAttribute
}
