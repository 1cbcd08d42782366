import type { LogoOutcome } from './logo-outcome.ts';
import { isPng, rebuildPng } from './png.ts';
import { rebuildSvg } from './svg.ts';

export const mostLogoBytes = 65_536;

/** Judged by what it is, not by what it is called. What is accepted was written by us (see svg.ts, png.ts). */
export function judgeLogo(bytes: Uint8Array): LogoOutcome {
  if (bytes.length === 0) return { is: 'refused', why: 'it is empty' };
  if (bytes.length > mostLogoBytes) return { is: 'refused', why: `it is larger than ${mostLogoBytes / 1_024} KB` };
  if (isPng(bytes)) return withinSize(rebuildPng(bytes));
  if (!/<svg[\s>]/.test(Buffer.from(bytes).toString('latin1'))) return { is: 'refused', why: 'it is neither a PNG nor an SVG' };
  const outcome = rebuildSvg(bytes);
  return outcome.is === 'refused' ? outcome : withinSize({ is: 'accepted', type: 'image/svg+xml', bytes: Buffer.from(outcome.text) });
}

const withinSize = (outcome: LogoOutcome): LogoOutcome => (outcome.is === 'accepted' && outcome.bytes.length > mostLogoBytes ? { is: 'refused', why: `it is larger than ${mostLogoBytes / 1_024} KB` } : outcome);
