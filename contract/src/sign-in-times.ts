import { z } from 'zod';

export const signInTimesQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(366).default(30) });

const seconds = z.number().nullable();

export const signInTimes = z.object({
  since: z.iso.date().describe('The first day that is counted (UTC).'),
  methods: z
    .array(
      z.object({
        methods: z.array(z.string()).describe('What was proven: `passkey`, or `password` and `totp`.'),
        signIns: z.int(),
        timed: z.int().describe('Of these, the ones whose time is counted: no setting up, no page left open.'),
        medianSeconds: seconds.describe('From the first page shown to the session.'),
        slowSeconds: seconds.describe('Nine of ten are faster.'),
      }),
    )
    .describe('Most used first.'),
  tries: z.array(z.object({ method: z.string(), wrong: z.int(), toldToWait: z.int() })).describe('Tries that were not right, by factor.'),
  unfinished: z.array(z.object({ proven: z.array(z.string()), count: z.int() })).describe('Sign-ins of known people that nobody finished, by what had been proven.'),
});
export type SignInTimes = z.infer<typeof signInTimes>;
