import { days, later } from '../../platform/clock/index.ts';

/** A key per purpose (ASVS 11.2.3): a token for an API is never a valid ID token, not even by accident. */
export type KeyPurpose = 'id-token' | 'access-token';
export type KeyAlgorithm = 'ES256' | 'RS256';

export const purposes: readonly KeyPurpose[] = ['id-token', 'access-token'];
export const algorithms: readonly KeyAlgorithm[] = ['ES256', 'RS256'];

export interface SigningKey {
  readonly id: string;
  readonly purpose: KeyPurpose;
  readonly algorithm: KeyAlgorithm;
  readonly createdAt: Date;
  readonly signsFrom: Date;
}

/** How long one key signs. */
export const signsForMs = days(90);
/** A key is published this long before it signs, and stays this long after: whoever keeps our key set for a day never meets an unknown key. */
export const overlapMs = days(7);

const newestFirst = (a: SigningKey, b: SigningKey): number => b.signsFrom.getTime() - a.signsFrom.getTime();

const ofPair = <K extends SigningKey>(keys: readonly K[], purpose: KeyPurpose, algorithm: KeyAlgorithm): readonly K[] =>
  keys.filter((key) => key.purpose === purpose && key.algorithm === algorithm).sort(newestFirst);

/** The one that signs at `now`: the newest whose time has come. */
export const keyThatSigns = <K extends SigningKey>(keys: readonly K[], purpose: KeyPurpose, algorithm: KeyAlgorithm, now: Date): K | undefined =>
  ofPair(keys, purpose, algorithm).find((key) => key.signsFrom <= now);

/** Every pair of purpose and algorithm that needs a new key, and from when it shall sign. */
export function keysToMake(keys: readonly SigningKey[], now: Date): readonly { purpose: KeyPurpose; algorithm: KeyAlgorithm; signsFrom: Date }[] {
  return purposes.flatMap((purpose) =>
    algorithms.flatMap((algorithm) => {
      const newest = ofPair(keys, purpose, algorithm)[0];
      if (!newest) return [{ purpose, algorithm, signsFrom: now }];
      const endsAt = later(newest.signsFrom, signsForMs);
      if (later(now, overlapMs) < endsAt) return [];
      // When nobody ran this for long, the overlap still holds for those who read the key set in between.
      const soon = later(now, overlapMs);
      return [{ purpose, algorithm, signsFrom: endsAt > soon ? endsAt : soon }];
    }),
  );
}

/** Keys that a newer one replaced so long ago that nothing they signed can still be valid. */
export function keysToDrop(keys: readonly SigningKey[], now: Date): readonly SigningKey[] {
  return purposes.flatMap((purpose) =>
    algorithms.flatMap((algorithm) => {
      const line = ofPair(keys, purpose, algorithm);
      return line.filter((_, index) => {
        const next = line[index - 1];
        return next !== undefined && later(next.signsFrom, overlapMs) <= now;
      });
    }),
  );
}

/** The order in which a key set is published: per purpose what signs now, then the rest; the library signs ID tokens with the first that fits. */
export function inOrderOfUse<K extends SigningKey>(keys: readonly K[], now: Date): readonly K[] {
  const signing = purposes.flatMap((purpose) => algorithms.flatMap((algorithm) => keyThatSigns(keys, purpose, algorithm, now) ?? []));
  return [...signing, ...keys.filter((key) => !signing.includes(key)).sort(newestFirst)];
}

/** When the order changes by itself, because a waiting key begins to sign. */
export function orderHoldsUntil(keys: readonly SigningKey[], now: Date): Date | null {
  const coming = keys.map((key) => key.signsFrom).filter((at) => at > now).sort((a, b) => a.getTime() - b.getTime());
  return coming[0] ?? null;
}
