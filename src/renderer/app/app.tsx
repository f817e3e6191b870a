import { useEffect } from 'react'
import { useSettings } from '../features/settings/store.ts'
import { i18n } from '../ui/text.ts'
import { Frame } from './frame.tsx'
import { ServicesProvider, useServices, type Services } from './services.tsx'
import { ThemeProvider } from './theme.tsx'

/** The language of the window and of its document (fonts and line breaking follow `lang`). */
export function showLanguage(language: 'en' | 'ko'): void {
  document.documentElement.lang = language
  if (i18n.language !== language) void i18n.changeLanguage(language)
}

export const systemLanguage = (tag: string): 'en' | 'ko' => (tag.toLowerCase().startsWith('ko') ? 'ko' : 'en')

function Window() {
  const { theme, language } = useSettings()
  const { info } = useServices()
  useEffect(
    // The page's own language first: a browser elsewhere shows what the core of another machine serves.
    () => showLanguage(language === 'system' ? systemLanguage(navigator.language || info.locale) : language),
    [language, info.locale],
  )
  return (
    <ThemeProvider theme={theme}>
      <Frame />
    </ThemeProvider>
  )
}

/** The whole window over its services. */
export function App({ services }: { services: Services }) {
  return (
    <ServicesProvider services={services}>
      <Window />
    </ServicesProvider>
  )
}
