import type { ITheme } from '@xterm/xterm'

/**
 * The 16 colours of a terminal on the window's grounds. Each has AA contrast there but those that are near the ground (white on
 * light, black on dark): programs use them as grounds, and as text they are darkened or lightened (`minimumContrastRatio`).
 */
export const terminalThemes: Readonly<Record<'light' | 'dark', ITheme>> = {
  light: {
    background: '#ffffff',
    foreground: '#18222d',
    cursor: '#0b6478',
    cursorAccent: '#ffffff',
    selectionBackground: '#bfdfe6',
    selectionInactiveBackground: '#dde2e8',
    scrollbarSliderBackground: '#c2cad399',
    scrollbarSliderHoverBackground: '#a9b4bfcc',
    scrollbarSliderActiveBackground: '#8d9aa6cc',
    black: '#18222d',
    red: '#b3261e',
    green: '#146c43',
    yellow: '#855400',
    blue: '#1359b8',
    magenta: '#8a2c9c',
    cyan: '#0b6478',
    white: '#dde2e8',
    brightBlack: '#66727f',
    brightRed: '#c22f26',
    brightGreen: '#187a4c',
    brightYellow: '#8f5b00',
    brightBlue: '#1a66cf',
    brightMagenta: '#9c37af',
    brightCyan: '#0d7288',
    brightWhite: '#f3f5f7',
  },
  dark: {
    background: '#181f27',
    foreground: '#e2e8ee',
    cursor: '#56bdd2',
    cursorAccent: '#06242c',
    selectionBackground: '#2b4c58',
    selectionInactiveBackground: '#29333e',
    scrollbarSliderBackground: '#3c495699',
    scrollbarSliderHoverBackground: '#55636fcc',
    scrollbarSliderActiveBackground: '#6b7a87cc',
    black: '#0d1116',
    red: '#f58a80',
    green: '#5dc08d',
    yellow: '#e2b04e',
    blue: '#76aef5',
    magenta: '#d99be6',
    cyan: '#56bdd2',
    white: '#e2e8ee',
    brightBlack: '#a0adba',
    brightRed: '#f9a49c',
    brightGreen: '#7fd3a8',
    brightYellow: '#efc578',
    brightBlue: '#98c3f9',
    brightMagenta: '#e5b6ef',
    brightCyan: '#7bcfdf',
    brightWhite: '#ffffff',
  },
}

/** Marks of what is searched for, as the search addon wants them: `#rrggbb`. */
export const searchMarks = {
  light: {
    matchBackground: '#fbe3a6',
    activeMatchBackground: '#f2b632',
    matchOverviewRuler: '#f2b632',
    activeMatchColorOverviewRuler: '#855400',
  },
  dark: {
    matchBackground: '#5a4515',
    activeMatchBackground: '#7a590e',
    matchOverviewRuler: '#7a590e',
    activeMatchColorOverviewRuler: '#e2b04e',
  },
} as const
