import { mkdirSync } from 'node:fs';
import path from 'node:path';
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** A person at a real browser. `problems` collects what a console would show in red: errors, and breaches of the content security policy. */
export interface Somebody {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly problems: string[];
}

export interface Look {
  readonly isDark?: boolean;
  readonly isPhone?: boolean;
  readonly hasScript?: boolean;
  /** What the browser asks for; British English unless told otherwise. */
  readonly locale?: string;
  readonly width?: number;
  /** A card in the reader: what the browser shows where it is asked for a certificate. */
  readonly certificate?: { readonly origin: string; readonly cert: Buffer; readonly key: Buffer };
}

export async function openBrowser() {
  const browser: Browser = await playwright.launch({
    executablePath: process.env['E2E_CHROMIUM'] ?? (await chromium.executablePath()),
    headless: true,
    // Nothing but the pages under test may leave for a network.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-domain-reliability', '--no-pings', '--disable-default-apps', '--disable-features=OptimizationHints,Translate,MediaRouter,AutofillServerCommunication'],
  });
  return {
    async somebody(look: Look = {}): Promise<Somebody> {
      const context = await browser.newContext({
        locale: look.locale ?? 'en-GB',
        colorScheme: look.isDark ? 'dark' : 'light',
        viewport: look.isPhone ? { width: 390, height: 844 } : { width: look.width ?? 1280, height: 900 },
        javaScriptEnabled: look.hasScript ?? true,
        reducedMotion: 'reduce',
        ...(look.certificate ? { clientCertificates: [look.certificate], ignoreHTTPSErrors: true } : {}),
      });
      context.setDefaultTimeout(20_000);
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('console', (message) => {
        // The browser itself reports each 4xx answer; whether one is right, the journey says.
        if (message.type() === 'error' && !/Failed to load resource: the server responded with a status of 4\d\d/.test(message.text())) problems.push(message.text());
      });
      page.on('pageerror', (error) => problems.push(String(error)));
      return { context, page, problems };
    },
    close: () => browser.close(),
  };
}

/** A platform authenticator with PIN or finger, as a laptop has: touches by itself. */
export async function giveAuthenticator({ context, page }: Somebody, options: { readonly isUserVerified?: boolean } = {}): Promise<void> {
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable', { enableUI: false });
  await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: options.isUserVerified ?? true, isUserVerified: options.isUserVerified ?? true, automaticPresenceSimulation: true } });
}

/** With E2E_SCREENSHOTS=<folder>: one picture per stage. */
export async function picture({ page }: Somebody, name: string): Promise<void> {
  const folder = process.env['E2E_SCREENSHOTS'];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}
