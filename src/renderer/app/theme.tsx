import {
  ActionIcon,
  Button,
  createTheme,
  defaultVariantColorsResolver,
  MantineProvider,
  Menu,
  NumberInput,
  PasswordInput,
  Popover,
  SegmentedControl,
  Select,
  Switch,
  Textarea,
  TextInput,
  Tooltip,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import type { ReactNode } from 'react'
import type { Settings } from '../../../contract/settings.ts'

const petrol: MantineColorsTuple = [
  '#e8f5f7',
  '#cfe7ec',
  '#a5d4dd',
  '#7bcfdf',
  '#56bdd2',
  '#2f9cb3',
  '#0b6478',
  '#084f60',
  '#063f4d',
  '#042d38',
]

/** Greys with the same slight hue as the tokens; Mantine's dark surfaces come from here. */
const slate: MantineColorsTuple = [
  '#e2e8ee',
  '#c3ccd6',
  '#a0adba',
  '#8e9caa',
  '#3c4956',
  '#29333e',
  '#212a34',
  '#181f27',
  '#12171d',
  '#0d1116',
]

const red: MantineColorsTuple = [
  '#fce8e6',
  '#f8cfcb',
  '#f5aaa3',
  '#f59a91',
  '#f58a80',
  '#d9483e',
  '#b3261e',
  '#8f1d17',
  '#6f1612',
  '#4d0f0c',
]

const small = { defaultProps: { size: 'xs' } }
const transition = { transitionProps: { duration: 100 } }

/** Controls of the accent and of danger in the tokens' colours: their words keep AA contrast in both themes. */
const variantColors: VariantColorsResolver = (input) => {
  const resolved = defaultVariantColorsResolver(input)
  const isRed = input.color === 'red'
  if (!isRed && input.color !== undefined && input.color !== input.theme.primaryColor) return resolved
  const tone = isRed ? 'var(--hw-bad)' : 'var(--hw-accent)'
  if (input.variant === 'filled') {
    const hover = isRed ? 'color-mix(in srgb, var(--hw-bad) 88%, var(--hw-text))' : 'var(--hw-accent-hover)'
    return { ...resolved, background: tone, hover, color: isRed ? 'var(--hw-surface)' : 'var(--hw-on-accent)' }
  }
  if (input.variant === 'default') return resolved
  return { ...resolved, hover: isRed ? 'var(--hw-bad-soft)' : 'var(--hw-accent-soft)', color: tone }
}

const theme = createTheme({
  variantColorResolver: variantColors,
  primaryColor: 'petrol',
  primaryShade: { light: 6, dark: 4 },
  colors: { petrol, red, dark: slate },
  fontFamily: 'var(--hw-font)',
  fontFamilyMonospace: 'var(--hw-mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '13px', lg: '15px', xl: '18px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '3px', sm: '5px', md: '6px', lg: '8px', xl: '12px' },
  defaultRadius: 'sm',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: Button.extend({ defaultProps: { size: 'xs' }, styles: { label: { fontSize: 13, fontWeight: 500 } } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray', size: 28 } }),
    TextInput: TextInput.extend(small),
    PasswordInput: PasswordInput.extend(small),
    NumberInput: NumberInput.extend(small),
    Textarea: Textarea.extend(small),
    Select: Select.extend(small),
    SegmentedControl: SegmentedControl.extend(small),
    Switch: Switch.extend(small),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, ...transition } }),
    Menu: Menu.extend({ defaultProps: { shadow: 'md', withInitialFocusPlaceholder: false, ...transition } }),
    Popover: Popover.extend({ defaultProps: { shadow: 'md', ...transition } }),
  },
})

/** Mantine's own colours follow the tokens, so that its parts and ours are one family. */
const resolver: CSSVariablesResolver = () => {
  const both = {
    '--mantine-color-body': 'var(--hw-surface)',
    '--mantine-color-text': 'var(--hw-text)',
    '--mantine-color-dimmed': 'var(--hw-dim)',
    '--mantine-color-placeholder': 'var(--hw-faint)',
    '--mantine-color-error': 'var(--hw-bad)',
    '--mantine-color-anchor': 'var(--hw-accent)',
    '--mantine-color-default': 'var(--hw-surface)',
    '--mantine-color-default-hover': 'var(--hw-hover)',
    '--mantine-color-default-border': 'var(--hw-line-strong)',
    '--mantine-color-default-color': 'var(--hw-text)',
    '--mantine-color-red-6': 'var(--hw-bad)',
    '--mantine-color-petrol-filled': 'var(--hw-accent)',
    '--mantine-color-petrol-filled-hover': 'var(--hw-accent-hover)',
    '--mantine-primary-color-contrast': 'var(--hw-on-accent)',
    '--mantine-shadow-md': 'var(--hw-shadow)',
    '--mantine-shadow-xl': 'var(--hw-shadow)',
  }
  return { variables: { '--mantine-line-height': '1.5' }, light: both, dark: both }
}

/** The nonce that the host put into this page; the CSP allows style elements with it alone. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
}

export function ThemeProvider({ theme: chosen, children }: { theme: Settings['theme']; children: ReactNode }) {
  const systemIsDark = useMediaQuery('(prefers-color-scheme: dark)', undefined, { getInitialValueInEffect: false })
  const scheme = chosen === 'system' ? (systemIsDark ? 'dark' : 'light') : chosen
  return (
    <MantineProvider theme={theme} forceColorScheme={scheme} cssVariablesResolver={resolver} getStyleNonce={styleNonce}>
      {children}
    </MantineProvider>
  )
}
