import { signInTimes, signInTimesQuery } from '@bailiwick/contract/sign-in-times';
import { days, later } from '../../platform/clock/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { readTally } from './store.ts';
import { dayOf, quantileOf } from './tally.ts';

export const signInTimesRoute = ({ clock, database }: Pick<Needs, 'clock' | 'database'>): AnyRoute =>
  route({
    method: 'GET',
    path: '/api/v1/sign-in-times',
    permission: 'authentication.policy.read',
    summary: 'How long signing in takes, by what people sign in with; wrong tries and what was left unfinished',
    query: signInTimesQuery,
    output: signInTimes,
    async run({ query }) {
      const since = dayOf(later(clock.now(), -days(query.days - 1)));
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
    },
  });
