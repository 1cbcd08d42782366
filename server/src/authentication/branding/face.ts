import { monotonicMs } from '../../platform/clock/index.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { LogoType } from './logo-outcome.ts';
import { lookOf, stylesheetOf } from './shades.ts';
import { findBranding, findBrandingVersion, noBranding, type Branding } from './store.ts';

/** What of the brand a page names: addresses that change with the content. Null: the house's own. */
export interface Face {
  readonly version: number;
  readonly style: { readonly path: string; readonly text: string } | null;
  readonly logo: { readonly path: string; readonly type: LogoType; readonly bytes: Buffer } | null;
}

export interface Faces {
  /** As of the last question; never waits. */
  current(): Face;
  /** Asks whether anything has changed since, on whichever process. Keeps what it had while the database does not answer: a page that says so must look like ours too. */
  refresh(): Promise<Face>;
  /** The same, but asks only where the last question is more than a second old: of hundreds of pages in that second one asks. */
  recent(): Promise<Face>;
}

const recentMs = 1_000;

export const logoEndings: Readonly<Record<LogoType, string>> = { 'image/svg+xml': 'svg', 'image/png': 'png' };

const hash = (content: string | Buffer): string => sha256(Buffer.from(content)).toString('hex').slice(0, 16);

export function faceOf({ version, colour, logo }: Branding): Face {
  const text = colour === null ? null : stylesheetOf(lookOf(colour));
  return {
    version,
    style: text === null ? null : { path: `/assets/brand/${hash(text)}.css`, text },
    logo: logo && { path: `/assets/brand/${hash(logo.bytes)}.${logoEndings[logo.type]}`, ...logo },
  };
}

/**
 * The face of this process. A question is for the version alone, by an index; those that come together share one: nobody who
 * asks takes an answer to what was asked before, and however many come, two questions are under way at most.
 */
export function openFaces({ database }: { readonly database: Pick<Database, 'read'> }): Faces {
  let face = faceOf(noBranding);
  let askedAtMs = -recentMs;
  let running: Promise<void> | null = null;
  let following: Promise<void> | null = null;

  const look = async (): Promise<void> => {
    askedAtMs = monotonicMs();
    if ((await database.read(findBrandingVersion)) !== face.version) face = faceOf(await database.read(findBranding));
  };
  const begin = (): Promise<void> => {
    const mine = look()
      .catch(() => undefined)
      .finally(() => {
        if (running === mine) running = null;
      });
    running = mine;
    return mine;
  };
  const ask = (): Promise<void> => {
    if (running === null) return begin();
    following ??= running.then(() => {
      following = null;
      return ask();
    });
    return following;
  };
  return {
    current: () => face,
    async refresh() {
      await ask();
      return face;
    },
    async recent() {
      if (monotonicMs() - askedAtMs >= recentMs) await ask();
      return face;
    },
  };
}
