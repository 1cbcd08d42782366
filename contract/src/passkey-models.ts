import { z } from 'zod';
import { id, moment, pageOf, pageQuery } from './page.ts';

/** Why a model cannot be on the list for level 3. */
export const unfit = z.enum(['not_told_apart', 'gone', 'problem', 'not_in_hardware', 'no_user_verification', 'no_attestation']);

export const passkeyModel = z.object({
  id,
  name: z.string(),
  aaguid: z.string().nullable().describe('Null for U2F models, which are told by their attestation certificates.'),
  source: z.enum(['blob', 'statement']).describe('A signed file of the FIDO Alliance, or one statement that an administrator added.'),
  serial: z.int().nullable(),
  keyProtection: z.array(z.string()),
  userVerification: z.array(z.string()),
  statusReports: z.array(z.object({ status: z.string(), effectiveDate: z.string().nullable() })),
  problem: z.string().nullable().describe('The status report that speaks against it, as FIDO names it: `REVOKED`.'),
  isGone: z.boolean().describe('The newest file no longer has it.'),
  icon: z.string().nullable().describe('A small PNG as a data address.'),
  isListed: z.boolean().describe('On the list for level 3.'),
  listedAt: moment.nullable(),
  listedByName: z.string().nullable(),
  unfit: unfit.nullable().describe('Why it cannot be listed; null when it can.'),
  passkeys: z.int().describe('Attested keys of this model that people have.'),
  sessions: z.int().describe('Open sessions whose level 3 rests on it.'),
});
export type PasskeyModel = z.infer<typeof passkeyModel>;
export const passkeyModelList = pageOf(passkeyModel);
export const listPasskeyModelsQuery = z.strictObject({ ...pageQuery, search: z.string().trim().max(100).optional(), only: z.enum(['listed', 'fit', 'held', 'problem']).optional() });

export const passkeyMetadata = z.object({
  file: z
    .object({ serial: z.int(), nextUpdate: z.iso.date(), isOverdue: z.boolean(), importedAt: moment, importedByName: z.string(), entries: z.int(), skipped: z.int().describe('Entries that are no passkeys, or could not be read.') })
    .nullable(),
  models: z.int(),
  statements: z.int(),
  listed: z.int(),
  problems: z.int(),
  passkeys: z.int(),
  attested: z.int(),
  ready: z.int().describe('Passkeys that can reach level 3 now.'),
});
export type PasskeyMetadata = z.infer<typeof passkeyMetadata>;

export const passkeyMetadataImported = z.object({
  serial: z.int(),
  added: z.int(),
  changed: z.int(),
  gone: z.int(),
  takenOff: z.array(z.string()).describe('Models that were on the list for level 3 and no longer are.'),
  endedSessions: z.int(),
  newlyAttested: z.int().describe('Passkeys, enrolled before, whose model is proven now.'),
});
export type PasskeyMetadataImported = z.infer<typeof passkeyMetadataImported>;

export const addPasskeyModel = z.record(z.string(), z.unknown()).describe('A FIDO Metadata Statement (JSON), as the maker of the key publishes it.');
export const passkeyModelParams = z.object({ modelId: z.uuid() });
export const passkeyModelEnded = z.object({ endedSessions: z.int() });

/** What one passkey is, and what it may claim; part of its entry in the lists of factors. */
export const passkeyFacts = {
  modelName: z.string().nullable(),
  modelProof: z.enum(['attested', 'stated', 'unknown']).describe('`attested`: the maker vouches for it. `stated`: the key says so.'),
  attestedAt: moment.nullable(),
  attestedBy: z.string().nullable().describe('By what: `metadata file 57`.'),
  modelProblem: z.string().nullable().describe('A status report that speaks against the model.'),
  isListed: z.boolean().describe('Its model is on the list for level 3, and proven.'),
  level: z.union([z.literal(1), z.literal(2), z.literal(3)]).describe('The most that it reaches by itself.'),
  claim: z.string().describe('The same in plain words.'),
  disabledReason: z.string().nullable(),
};
