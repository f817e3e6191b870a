import { createInstance } from 'i18next'
import { useSyncExternalStore } from 'react'
import type { Text } from '../../../contract/text.ts'

export type Language = 'en' | 'ko'

type Entries = Readonly<Record<string, { readonly en: string; readonly ko: string }>>

/** Messages of one noun, both languages side by side. */
export interface Messages<E extends Entries = Entries> {
  readonly namespace: string
  readonly entries: E
}

/** `files_one` and `files_other` are both said by the key `files`, with a `count`. */
type Singular<K extends string> = K extends `${infer B}_${'one' | 'other'}` ? B : K
type Key<E> = Singular<keyof E & string>
type Placeholder<S> = S extends `${string}{{${infer Name}}}${infer Rest}` ? Name | Placeholder<Rest> : never
type Placeholders<E extends Entries, K extends string> = K extends keyof E
  ? Placeholder<E[K]['en']>
  : `${K}_other` extends keyof E
    ? Placeholder<E[`${K}_other`]['en']> | 'count'
    : never
type Values<Names extends string> = { readonly [N in Names]: N extends 'count' ? number : string | number }

/** Says a message in the window's language; the values a message needs are known from its text. */
export type Say<E extends Entries> = <K extends Key<E>>(
  key: K,
  ...values: [Placeholders<E, K>] extends [never] ? [] : [Values<Placeholders<E, K>>]
) => string

/** The window's one i18next instance; messages are added as features load. */
export const i18n = createInstance()
void i18n.init({
  lng: 'en',
  fallbackLng: 'en',
  resources: {},
  initAsync: false,
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
})

/** Declares the messages of a noun and makes them sayable. */
export function defineMessages<const E extends Entries>(namespace: string, entries: E): Messages<E> {
  for (const language of ['en', 'ko'] as const) {
    const texts = Object.fromEntries(Object.entries(entries).map(([key, both]) => [key, both[language]]))
    i18n.addResourceBundle(language, namespace, texts)
  }
  return { namespace, entries }
}

function onLanguage(changed: () => void): () => void {
  i18n.on('languageChanged', changed)
  return () => i18n.off('languageChanged', changed)
}
const currentLanguage = (): Language => (i18n.language === 'ko' ? 'ko' : 'en')

/** The window's language; a component that uses it is drawn again when it changes. */
export function useLanguage(): Language {
  return useSyncExternalStore(onLanguage, currentLanguage)
}

/** Made once for each noun and language: thousands of table cells ask for them. */
const sayings = new WeakMap<Messages, Partial<Record<Language, unknown>>>()

/** The function that says a noun's messages in a language. */
export function sayIn<E extends Entries>(messages: Messages<E>, language: Language): Say<E> {
  const known = sayings.get(messages) ?? {}
  sayings.set(messages, known)
  if (known[language] === undefined) {
    const translate = i18n.getFixedT(language, messages.namespace) as unknown as (
      key: string,
      values?: object,
    ) => string
    const say: Say<E> = (key, ...values) => translate(key, values[0])
    known[language] = say
  }
  return known[language] as Say<E>
}

/** The function that says a noun's messages in the window's language. */
export function useMessages<E extends Entries>(messages: Messages<E>): Say<E> {
  return sayIn(messages, useLanguage())
}

/** A text of the contract in a language; Korean falls back to English. */
export function textIn(text: Text, language: Language): string {
  return language === 'ko' ? (text.ko ?? text.en) : text.en
}
