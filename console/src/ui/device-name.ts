import { words } from '../words/index.ts';

/** As the server names it, `Firefox on Linux`, in the reader's words. */
export function deviceName(device: string): string {
  if (device === 'Unknown browser') return words.ui.unknownBrowser;
  const [, browser, system] = /^(.+) on (.+)$/.exec(device) ?? [];
  return browser && system ? words.ui.browserOn(browser, system) : device;
}
