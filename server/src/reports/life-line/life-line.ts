export interface LifePoint {
  readonly at: Date;
  readonly kind: 'joined' | 'started' | 'changed' | 'granted' | 'ended' | 'signed_in' | 'factor' | 'account' | 'left' | 'rehired' | 'other';
  readonly sentence: string;
  readonly proof: 'proven' | 'believed' | 'unknown' | null;
  readonly movementId: string | null;
}

const kinds: readonly (readonly [RegExp, LifePoint['kind']])[] = [
  [/^directory\.person\.add$/, 'joined'],
  [/^directory\.person\.activate$/, 'started'],
  [/^directory\.person\.leave$/, 'left'],
  [/^directory\.person\.rehire$/, 'rehired'],
  [/^directory\.person\./, 'changed'],
  [/^authorization\.grant\.(give|add|carry)/, 'granted'],
  [/^authorization\.grant\./, 'ended'],
  [/^authentication\.(sign-in|session)/, 'signed_in'],
  [/^authentication\./, 'factor'],
  [/^(lifecycle|directory\.account)\./, 'account'],
];

export const kindOf = (action: string): LifePoint['kind'] => kinds.find(([pattern]) => pattern.test(action))?.[1] ?? 'other';

/** Proven only after a read-back; sent is believed; the rest is not known. */
export const proofOf = (step: { state: string; sentAt: Date | null }): LifePoint['proof'] => (step.state === 'proven' ? 'proven' : step.sentAt ? 'believed' : 'unknown');
