import { createTheme, type MantineColorsTuple } from '@mantine/core';
import { words } from './words/index.ts';

/** A dialog's head is no second banner of the page. */
const dialogParts = { header: { role: 'presentation' } };

/** One brand hue, a deep blue-green; the greys carry a hint of it. */
const brand: MantineColorsTuple = ['#ecf6f7', '#d7eaec', '#aed6da', '#82c0c7', '#5fb0b8', '#38949e', '#1d7783', '#0f5f6b', '#0b4c56', '#083a42'];
const gray: MantineColorsTuple = ['#f5f8f8', '#ecf1f2', '#dde5e7', '#c6d1d4', '#a3b2b6', '#7c8d92', '#56686e', '#415258', '#2a393e', '#17242a'];
/** 0 is text and 7 the page in the dark. */
const dark: MantineColorsTuple = ['#d5dfe1', '#bac7ca', '#95a6ab', '#72848a', '#3a4a50', '#2a383d', '#1c282c', '#131c20', '#0e1619', '#0a1012'];
const red: MantineColorsTuple = ['#fdefed', '#fadbd7', '#f3b3ab', '#ec897d', '#e66657', '#dc4a39', '#c43524', '#b02a1b', '#921f13', '#74170e'];

/** Made after the language is chosen: some of Mantine's own labels come from the catalogue. */
export const makeTheme = () =>
  createTheme({
    primaryColor: 'brand',
    primaryShade: { light: 7, dark: 6 },
    colors: { brand, gray, dark, red },
    black: '#17242a',
    fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif',
    fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
    fontSizes: { xs: '0.75rem', sm: '0.875rem', md: '0.875rem', lg: '1rem', xl: '1.5rem' },
    lineHeights: { xs: '1.4', sm: '1.5', md: '1.5', lg: '1.5', xl: '1.3' },
    headings: {
      fontWeight: '600',
      sizes: { h1: { fontSize: '1.5rem', lineHeight: '1.3' }, h2: { fontSize: '1rem', lineHeight: '1.5' }, h3: { fontSize: '0.875rem', lineHeight: '1.5' } },
    },
    radius: { xs: '2px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
    spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
    defaultRadius: 'sm',
    cursorType: 'pointer',
    respectReducedMotion: true,
    // Named, not imported: a theme that imports every component makes every page load all of them.
    components: {
      ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
      Anchor: { defaultProps: { underline: 'hover' } },
      Badge: { defaultProps: { variant: 'light', radius: 'sm', tt: 'none', fw: 400 } },
      Button: { defaultProps: { size: 'sm' } },
      Drawer: { defaultProps: { closeButtonProps: { 'aria-label': words.ui.close }, attributes: dialogParts, position: 'right', overlayProps: { backgroundOpacity: 0.35 } } },
      Menu: { defaultProps: { position: 'bottom-end', shadow: 'sm', withinPortal: true } },
      Modal: { defaultProps: { closeButtonProps: { 'aria-label': words.ui.close }, attributes: dialogParts, centered: true, overlayProps: { backgroundOpacity: 0.35 }, radius: 'md', padding: 'lg' } },
      Notification: { defaultProps: { closeButtonProps: { 'aria-label': words.ui.close } } },
      NativeSelect: { defaultProps: { size: 'sm' } },
      PasswordInput: { defaultProps: { size: 'sm' } },
      Select: { defaultProps: { size: 'sm', checkIconPosition: 'right', comboboxProps: { shadow: 'sm' } } },
      Switch: { defaultProps: { size: 'sm' } },
      // A table that is wider than a telephone is scrolled by keyboard too.
      TableScrollContainer: { defaultProps: { scrollAreaProps: { viewportProps: { tabIndex: 0 } } } },
      Tabs: { defaultProps: { keepMounted: false } },
      Textarea: { defaultProps: { size: 'sm', autosize: true, minRows: 2 } },
      TextInput: { defaultProps: { size: 'sm' } },
      Tooltip: { defaultProps: { openDelay: 200, multiline: true, maw: 340, events: { hover: true, focus: true, touch: true } } },
    },
  });
