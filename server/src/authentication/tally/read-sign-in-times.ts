import type { SignInTimes } from '@bailiwick/contract/sign-in-times';
import { days, later } from '../../platform/clock/index.ts';
import type { Needs } from '../needs.ts';
import { readTally } from './store.ts';
import { dayOf, quantileOf } from './tally.ts';

export async function readSignInTimes({ clock, database }: Pick<Needs, 'clock' | 'database'>, lastDays: number): Promise<SignInTimes> {
  const since = dayOf(later(clock.now(), -days(lastDays - 1)));
  const lines = await database.read((tx) => readTally(tx, since));
  const named = (outcomes: readonly string[]): string[] => [...new Set(lines.filter((one) => outcomes.includes(one.outcome)).map((one) => one.method))];
  const sum = (outcomes: readonly string[], method: string): number => lines.filter((one) => outcomes.includes(one.outcome) && one.method === method).reduce((total, one) => total + one.count, 0);
  return {
    since,
    methods: named(['done', 'untimed'])
      .map((method) => {
        const steps = lines.filter((one) => one.outcome === 'done' && one.method === method);
        return { methods: method.split('+'), signIns: sum(['done', 'untimed'], method), timed: sum(['done'], method), medianSeconds: quantileOf(steps, 0.5), slowSeconds: quantileOf(steps, 0.9) };
      })
      .sort((a, b) => b.signIns - a.signIns),
    tries: named(['wrong', 'wait'])
      .map((method) => ({ method, wrong: sum(['wrong'], method), toldToWait: sum(['wait'], method) }))
      .sort((a, b) => b.wrong - a.wrong),
    unfinished: named(['left'])
      .map((method) => ({ proven: method === '' ? [] : method.split('+'), count: sum(['left'], method) }))
      .sort((a, b) => b.count - a.count),
  };
}
