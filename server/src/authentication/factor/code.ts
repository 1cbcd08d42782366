import { randomInteger } from '../../platform/crypto/index.ts';

/** Crockford's alphabet: no I, L, O, U, so that a code survives the telephone and paper. 5 bits a character. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

// From the secure source of the platform (ASVS 6.5.3), 50 and 80 bits (ASVS 6.5.4).
const draw = (length: number): string => Array.from({ length }, () => alphabet[randomInteger(32)]!).join('');

const inGroups = (text: string, size: number): string => text.match(new RegExp(`.{1,${size}}`, 'g'))!.join('-');

/** As typed: any case, any spaces and dashes, and the letters that Crockford's alphabet reads as digits. */
const tidy = (typed: string): string =>
  typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replace(/[IL]/g, '1')
    .replace(/O/g, '0');

/** `3-7K2M-9QXR-...`: the slot, and 80 bits (63B-4 4.2.1.1 asks 64). */
export function newRecoveryCode(slot: number): { readonly shown: string; readonly secret: string } {
  const secret = draw(16);
  return { shown: `${slot}-${inGroups(secret, 4)}`, secret };
}

export function parseRecoveryCode(typed: string): { readonly slot: number; readonly secret: string } | null {
  const text = tidy(typed);
  return /^[0-9][0-9A-HJKMNP-TV-Z]{16}$/.test(text) ? { slot: Number(text[0]), secret: text.slice(1) } : null;
}

/** `7K2M9-QXR4T`: 50 bits, for one hour, one use, and throttled tries. */
export function newAccessPass(): { readonly shown: string; readonly secret: string } {
  const secret = draw(10);
  return { shown: inGroups(secret, 5), secret };
}

export const tidyAccessPass = (typed: string): string => tidy(typed).slice(0, 64);
