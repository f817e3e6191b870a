import type { Typist } from './typist.ts'

/** Where keys go: the canvas itself, or a text field before it that the local input method works in. */
export interface Input {
  focus(): void
  setLocal(on: boolean): void
  destroy(): void
}

/** Keys that end a Hangul syllable and mean something of their own. */
const afterHangul = /^(Enter|NumpadEnter|Tab|Escape|Arrow\w+|Home|End|PageUp|PageDown|Delete|F\d+)$/
const hangul = /[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]$/

/** Whether a key is the input method's, and none of the other side's. */
const isComposed = (event: KeyboardEvent): boolean =>
  event.isComposing || event.keyCode === 229 || event.key === 'Process' || event.key === 'Dead'

/** The same event once more: an event can be dispatched only once. */
function copyOf(event: KeyboardEvent): KeyboardEvent {
  const { key, code, location, repeat, ctrlKey, shiftKey, altKey, metaKey, keyCode } = event
  return new KeyboardEvent(event.type, {
    key,
    code,
    location,
    repeat,
    ctrlKey,
    shiftKey,
    altKey,
    metaKey,
    keyCode,
    modifierCapsLock: event.getModifierState('CapsLock'),
    modifierNumLock: event.getModifierState('NumLock'),
    modifierAltGraph: event.getModifierState('AltGraph'),
    cancelable: true,
  })
}

/** All of Ctrl, Alt and Shift let go without another key: the way out of the screen by keyboard. */
function leaveKeys(onLeave: () => void): (event: KeyboardEvent) => void {
  const held = new Set<string>()
  let ready = false
  return (event) => {
    const name = /^(Control|Alt|Shift)(Left|Right)$/.exec(event.code)?.[1]
    if (event.type === 'keyup') {
      if (name !== undefined) held.delete(name)
      if (!ready || name === undefined) return
      ready = false
      held.clear()
      onLeave()
    } else if (name === undefined) {
      ready = false
      held.clear()
    } else {
      held.add(name)
      ready = held.size === 3
    }
  }
}

/**
 * Takes the keyboard for the screen. Without the local input method noVNC listens on its canvas. With it, a text field has the
 * focus: keys that the input method leaves alone are passed to the canvas, and what it composes is typed as text. Dead keys
 * are composed there, too.
 */
export function createInput(options: {
  /** Holds the canvas and the field. */
  root: HTMLElement
  field: HTMLTextAreaElement
  canvas: () => HTMLCanvasElement | undefined
  typist: Typist
  releaseKeys: () => void
  onFocus: () => void
  onLeave: () => void
}): Input {
  const { root, field, canvas, typist, releaseKeys, onFocus, onLeave } = options
  let local = false
  let composing = false
  let pending: KeyboardEvent | undefined
  const end = new AbortController()
  const { signal } = end

  const pass = (event: KeyboardEvent): void => {
    const copy = copyOf(event)
    typist.after(() => void canvas()?.dispatchEvent(copy))
  }
  const passPending = (): void => {
    const event = pending
    pending = undefined
    if (event === undefined) return
    pass(event)
    pass(new KeyboardEvent('keyup', { key: event.key, code: event.code, location: event.location }))
  }
  const onKey = (event: KeyboardEvent): void => {
    event.stopPropagation()
    if (event.type === 'keydown' && isComposed(event)) {
      if (composing && afterHangul.test(event.code)) {
        const key = event.key === 'Process' ? keyOf(event.code) : event.key
        pending = new KeyboardEvent('keydown', { key, code: event.code, location: event.location })
      }
      return
    }
    event.preventDefault()
    pass(event)
  }
  const empty = (): void => {
    if (!composing) field.value = ''
  }
  const onInput = (event: Event): void => {
    if (!(event instanceof InputEvent)) return
    const { inputType, data } = event
    // What was composed comes with the end of the composition.
    if (composing || event.isComposing || /composition/i.test(inputType)) return
    if (inputType === 'insertLineBreak' || inputType === 'insertParagraph') {
      if (pending === undefined) typist.text('\n')
    } else if (inputType === 'deleteContentBackward') typist.text('\b')
    else if (data !== null) typist.text(data)
    empty()
  }
  field.addEventListener('keydown', onKey, { signal })
  field.addEventListener('keyup', onKey, { signal })
  field.addEventListener('input', onInput, { signal })
  field.addEventListener(
    'compositionstart',
    () => {
      composing = true
      field.dataset['composing'] = 'true'
    },
    { signal },
  )
  field.addEventListener(
    'compositionend',
    ({ data }) => {
      composing = false
      delete field.dataset['composing']
      typist.text(data)
      if (!hangul.test(data)) pending = undefined
      // After the input events that belong to the end of it.
      setTimeout(() => {
        passPending()
        empty()
      })
    },
    { signal },
  )

  const leave = leaveKeys(onLeave)
  const isScreen = (target: EventTarget | null): boolean => target === field || (target !== null && target === canvas())
  for (const type of ['keydown', 'keyup'] as const)
    root.addEventListener(
      type,
      (event) => {
        // Copies that are passed on are no keys of their own.
        if (event.isTrusted && isScreen(event.target)) leave(event)
      },
      { capture: true, signal },
    )
  root.addEventListener(
    'focusin',
    ({ target }) => {
      if (isScreen(target)) onFocus()
    },
    { signal },
  )
  // A key that goes up elsewhere would stay down on the other side.
  root.addEventListener(
    'focusout',
    ({ target }) => {
      if (isScreen(target)) releaseKeys()
    },
    { signal },
  )
  window.addEventListener('blur', releaseKeys, { signal })

  const focus = (): void => (local ? field : canvas())?.focus({ preventScroll: true })
  root.addEventListener(
    'mousedown',
    (event) => {
      if (event.target !== canvas()) return
      // What is composed shows where the text probably goes.
      const bounds = root.getBoundingClientRect()
      field.style.left = `${event.clientX - bounds.left}px`
      field.style.top = `${event.clientY - bounds.top + 12}px`
      // noVNC keeps the browser from moving the focus.
      focus()
    },
    { capture: true, signal },
  )
  // A finger that points must not call up the keyboard on the screen; a field with the focus would.
  root.addEventListener(
    'touchstart',
    (event) => {
      if (!local && event.target === canvas()) focus()
    },
    { capture: true, passive: true, signal },
  )
  return {
    focus,
    setLocal(on) {
      const had = isScreen(document.activeElement)
      local = on
      if (had) focus()
    },
    destroy: () => end.abort(),
  }
}

/** What a key without a character is called; `code` where the input method has hidden it. */
const keyOf = (code: string): string => (code === 'NumpadEnter' ? 'Enter' : code)
