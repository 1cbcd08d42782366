import { expect, it } from 'vitest';
import { Refusal } from '../errors/index.ts';
import { openPasswordHashing } from './password-hashing.ts';

const pepper = Buffer.alloc(32, 7);

it('accepts the right password and no other', async () => {
  const hashing = openPasswordHashing({ pepper });
  const stored = await hashing.hash('correct horse battery');
  expect(await hashing.verify(stored, 'correct horse battery')).toEqual({ isRight: true, needsRehash: false });
  expect((await hashing.verify(stored, 'correct horse batterz')).isRight).toBe(false);
});

it('a stolen database is no use without the key file', async () => {
  const stored = await openPasswordHashing({ pepper }).hash('correct horse battery');
  expect((await openPasswordHashing({ pepper: Buffer.alloc(32, 8) }).verify(stored, 'correct horse battery')).isRight).toBe(false);
});

it('a flood is told to come back; the queue does not grow without end', async () => {
  const hashing = openPasswordHashing({ pepper, inFlight: 1, queue: 2 });
  const answers = await Promise.allSettled(Array.from({ length: 6 }, () => hashing.hash('x')));
  const refused = answers.filter((answer) => answer.status === 'rejected');
  expect(refused).toHaveLength(3);
  expect((refused[0] as PromiseRejectedResult).reason).toBeInstanceOf(Refusal);
  expect(((refused[0] as PromiseRejectedResult).reason as Refusal).facts['retryAfterSeconds']).toBe(5);
  expect(hashing.waiting).toBe(0);
});

it('what cannot be read fails by itself: what was handed to the same thread before and after it does not', async () => {
  const hashing = openPasswordHashing({ pepper, inFlight: 1 });
  const stored = await hashing.hash('correct horse battery');
  const answers = await Promise.allSettled([hashing.verify(stored, 'correct horse battery'), hashing.verify('not a hash', 'x'), hashing.verify(stored, 'wrong'), hashing.hash('another')]);
  expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect((answers[0] as PromiseFulfilledResult<{ isRight: boolean }>).value.isRight).toBe(true);
  expect((answers[2] as PromiseFulfilledResult<{ isRight: boolean }>).value.isRight).toBe(false);
  expect(await hashing.verify((answers[3] as PromiseFulfilledResult<string>).value, 'another')).toMatchObject({ isRight: true });
  expect(hashing.waiting).toBe(0);
});
