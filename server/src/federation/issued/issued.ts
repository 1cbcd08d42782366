import { days, minutes, seconds } from '../../platform/clock/index.ts';

/** Lives of what is issued, in seconds, as the protocol counts (PRODUCT.md section 4; RFC 9700, RFC 9068, 63C-4). */
export const lives = {
  authorizationCode: 60,
  accessToken: 300,
  idToken: 300,
  pushedRequest: 60,
  interaction: minutes(30) / 1_000,
  refreshIdle: days(30) / 1_000,
  refreshAbsolute: days(90) / 1_000,
  /** The overall limit of the longest session (63B-4 2.1.3). */
  longestSession: days(30) / 1_000,
} as const;

/** Two tabs refresh at once, or an answer is lost on the way: the refresh token just replaced still works this long. */
export const graceMs = seconds(10);

/**
 * Whether a refresh token that was used before counts as stolen (RFC 9700 4.14.2). Only the one immediately before is
 * forgiven, and only within the grace: once its successor was used too, whoever shows it is not the application.
 */
export function isReuse(token: { readonly consumedAt: Date | null; readonly hasUsedSuccessor: boolean }, now: Date): boolean {
  if (token.consumedAt === null) return false;
  return token.hasUsedSuccessor || now.getTime() - token.consumedAt.getTime() > graceMs;
}

/** Seconds a refresh token still has when it is used or made at `nowSeconds`: idle from now, never past the absolute end of its family (ASVS 10.4.8). */
export const refreshLife = (familyBeganSeconds: number, nowSeconds: number): number =>
  Math.max(1, Math.min(lives.refreshIdle, familyBeganSeconds + lives.refreshAbsolute - nowSeconds));
