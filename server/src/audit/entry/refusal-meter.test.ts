import { expect, it } from 'vitest';
import { openRefusalMeter, writtenPerMinute } from './refusal-meter.ts';

const at = (seconds: number): Date => new Date(Date.UTC(2026, 10, 23, 8, 0, 0) + seconds * 1_000);

it('a flood of refusals cannot fill the disk: what repeats is counted, and the next entry says how often', () => {
  const take = openRefusalMeter();
  const first = Array.from({ length: 1_000 }, (_, n) => take('token:1 directory.person.read', at(n / 100)));
  expect(first.filter((one) => one.isWritten)).toHaveLength(writtenPerMinute);
  expect(first[writtenPerMinute - 1]).toEqual({ isWritten: true, before: 0, isLast: true });
  expect(take('token:1 directory.person.read', at(61))).toEqual({ isWritten: true, before: 1_000 - writtenPerMinute, isLast: false });
});

it('a flood hides nobody else: the first no to anybody, or of anything else, is always written', () => {
  const take = openRefusalMeter();
  for (let n = 0; n < 500; n += 1) take('person:a x', at(1));
  expect(take('person:a y', at(1)).isWritten).toBe(true);
  expect(take('person:b x', at(1)).isWritten).toBe(true);
});
