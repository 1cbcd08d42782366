import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from './canonical.ts';
import { bodyOf, nameOfAction, sentenceOf, type NewEntry } from './entry.ts';

const entry: NewEntry = { action: 'directory.person.leave', actor: 'person:ivan', actorName: 'Ivan Petrov', target: 'person:maria', targetName: 'Maria Keller', at: new Date('2026-03-02T09:00:00Z'), outcome: 'allowed', facts: {} };
const said = (more: Partial<NewEntry>) => sentenceOf({ ...entry, reason: null, ...more } as Parameters<typeof sentenceOf>[0]);

describe('an audit entry', () => {
  it('has one text, whatever the order of its facts, and that text is one line of JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (facts) => {
        // Two keys that are one after cleaning have no order of their own.
        fc.pre(!Object.keys(facts).some((key) => key.includes('\u0000') || !key.isWellFormed()));
        const turned = Object.fromEntries(Object.entries(facts).reverse());
        const body = bodyOf({ ...entry, facts });
        expect(bodyOf({ ...entry, facts: turned })).toBe(body);
        expect(body).not.toContain('\n');
        expect(canonical(JSON.parse(body))).toBe(body);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps what PostgreSQL could not read back out of its text', () => {
    expect(canonical({ 'a\u0000b': 'x\u0000', c: '\ud800' })).toBe('{"a\ufffdb":"x\ufffd","c":"\ufffd"}');
  });

  it('reads as a sentence, also for actions that nobody has put into words', () => {
    expect(said({})).toBe('Ivan Petrov had Maria Keller leave');
    expect(said({ target: 'person:ivan', targetName: 'Ivan Petrov', action: 'directory.person.change' })).toBe('Ivan Petrov changed themselves');
    expect(said({ outcome: 'refused', reason: 'no role gives it' })).toBe('Ivan Petrov was refused “Person left” for Maria Keller: no role gives it');
    const maria = { actor: 'person:maria', actorName: 'Maria Keller' };
    expect(said({ ...maria, action: 'authentication.sign-in.fail', outcome: 'refused', reason: 'wrong' })).toBe('A sign-in as Maria Keller failed: wrong');
    expect(said({ ...maria, action: 'authentication.factor.add', facts: { factor: 'totp' } })).toBe('Maria Keller added an authenticator app for themselves');
    expect(said({ action: 'authentication.factor.rename', facts: {} })).toBe('Ivan Petrov renamed a factor of Maria Keller');
    expect(said({ action: 'federation.strange-thing.turn', target: null, targetName: null })).toBe('Ivan Petrov: strange thing: turn');
    expect(nameOfAction('federation.strange-thing.turn')).toBe('Strange thing: turn');
  });

  it('cannot fill the disk', () => {
    expect(bodyOf({ ...entry, reason: 'x'.repeat(1e6), facts: { big: 'y'.repeat(1e6) } }).length).toBeLessThan(5_000);
  });
});
