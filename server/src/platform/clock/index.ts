export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** Milliseconds that only ever grow; for measuring how long something took, never for telling the time. */
export const monotonicMs = (): number => performance.now();

export const seconds = (n: number): number => n * 1_000;
export const minutes = (n: number): number => n * 60_000;
export const hours = (n: number): number => n * 3_600_000;
export const days = (n: number): number => n * 86_400_000;

export const later = (from: Date, ms: number): Date => new Date(from.getTime() + ms);

/** `2026-03-02 09:00 UTC`: for mail, whose reader may be anywhere. */
export const minuteInWords = (at: Date): string => at.toISOString().replace('T', ' ').replace(/:\d\d\..*/, ' UTC');
