import { z } from 'zod';

const id = z.uuid();
const at = z.iso.datetime();

/** Where an address lies, as far as anybody can say. */
export const whereabouts = z.object({
  place: z.string().nullable().describe('The named network that the address lies in: `Office Zürich`. An administrator said so.'),
  probably: z.string().nullable().describe('City and country by the GeoIP file, where the administrator supplies one. Sources disagree about addresses: never more than probable.'),
});
export type Whereabouts = z.infer<typeof whereabouts>;

/** An application that was signed in to out of a session. */
export const enteredApplication = z.object({ applicationId: id, name: z.string(), lastAt: at.describe('The last sign-in to it in this session.') });

export const place = z.object({ id, name: z.string(), networks: z.array(z.string()) });
export type Place = z.infer<typeof place>;
export const placeList = z.object({ items: z.array(place) });
export const setPlace = z.strictObject({
  name: z.string().trim().min(1).max(60),
  networks: z.array(z.string().trim().min(1).max(60)).min(1).max(200).describe('Addresses and networks in CIDR notation: `192.0.2.0/24`, `2001:db8::/32`.'),
});

export const device = z.object({
  id,
  isCurrent: z.boolean(),
  device: z.string().describe('Browser and system in words: `Firefox on Linux`.'),
  address: z.string().nullable(),
  where: whereabouts.nullable(),
  firstSeenAt: at,
  lastSeenAt: at,
});
export type KnownDevice = z.infer<typeof device>;
export const deviceList = z.object({ items: z.array(device) });
export const devicesForgotten = z.object({ forgotten: z.int() });

export const strangeTries = z.object({
  days: z.array(z.object({ day: z.iso.date(), tries: z.int(), lastAt: at, lastAddress: z.string(), where: whereabouts })).describe('Days of the last thirty with wrong tries at the account from browsers that the person has never signed in with, newest first.'),
  waitsUntil: at.nullable().describe('Unfamiliar browsers wait until then before the next try. Familiar ones wait for themselves alone.'),
});
export type StrangeTries = z.infer<typeof strangeTries>;

export const sessionLimit = z.object({
  assuranceLevel: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  overallSeconds: z.int(),
  idleSeconds: z.int().nullable().describe('Null: it may stay unused until its overall end.'),
  source: z.string().describe('The section of the norm.'),
  isDefault: z.boolean(),
  defaults: z.object({ overallSeconds: z.int(), idleSeconds: z.int().nullable() }),
  ceiling: z.object({ overallSeconds: z.int(), idleSeconds: z.int().nullable() }).describe('No setting goes beyond this.'),
  isBeyondNorm: z.boolean().describe('Longer than the norm says a session should last; `justification` says why (ASVS 7.1.1).'),
  justification: z.string().nullable(),
  setAt: at.nullable(),
  setByName: z.string().nullable(),
});
export type SessionLimit = z.infer<typeof sessionLimit>;
export const setSessionLimit = z.strictObject({
  overallSeconds: z.int().min(900).max(31_536_000),
  idleSeconds: z.int().min(300).max(31_536_000).nullable(),
  justification: z.string().trim().min(10).max(500).nullable().default(null).describe('Needed where the limit is longer than the norm says it should be.'),
});
