import { z } from 'zod';

/** Everything the HR feed can say about a person. `fullName` is two of them in one column; `manager` names another row. */
export const hrAttributes = ['employeeNumber', 'givenName', 'familyName', 'fullName', 'workEmail', 'privateEmail', 'title', 'department', 'division', 'location', 'employmentType', 'manager', 'startDate', 'endDate'] as const;
export const hrEncodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export const hrSeparators = [',', ';', '\t', '|'] as const;
export const hrDateFormats = ['yyyy-mm-dd', 'yyyy/mm/dd', 'yyyymmdd', 'dd.mm.yyyy', 'dd/mm/yyyy', 'mm/dd/yyyy', 'dd-mm-yyyy', 'mm-dd-yyyy'] as const;
export const hrNameOrders = ['family, given', 'given, family', 'given family', 'family given'] as const;

/** `uploaded`: questions are open. `held`: the brake asks. `refused`: put away by a person, or too old to trust. */
export const hrImportStates = ['uploaded', 'previewed', 'held', 'applied', 'refused'] as const;

/**
 * `staged`: joins on a day to come. `ending`: leaves on a day to come. `past`: new to us and gone already, so not added.
 * `conflict`: HR and the directory disagree in a way only a person can settle; nothing is changed.
 */
export const hrChangeKinds = ['joiner', 'staged', 'rehire', 'mover', 'ending', 'leaver', 'conflict', 'past', 'unchanged'] as const;

export const hrProblemCodes = [
  'employee_number_missing',
  'employee_number_twice',
  'employee_number_unreadable',
  'name_missing',
  'email_unreadable',
  'date_unreadable',
  'end_before_start',
  'end_date_missing',
  'manager_unknown',
  'manager_is_self',
  'manager_cycle',
  'value_too_long',
  'value_has_control_characters',
  'columns_missing',
  'columns_too_many',
  'email_twice',
  'email_of_somebody_else',
  'manager_not_added',
  'start_date_missing',
  'characters_kept',
  'left_by_hand',
] as const;

const attribute = z.enum(hrAttributes);
const kind = z.enum(hrChangeKinds);

export const hrColumn = z.object({
  index: z.int(),
  header: z.string(),
  attribute: attribute.nullable(),
  /** `chosen`: a person said so. `none`: ignored. */
  confidence: z.enum(['certain', 'likely', 'chosen', 'none']),
  reason: z.string(),
  samples: z.array(z.string()),
  /** Of date columns; null also while it is a question. */
  dateFormat: z.enum(hrDateFormats).nullable(),
  dateFormatReason: z.string().nullable(),
  nameOrder: z.enum(hrNameOrders).nullable(),
});

export const hrQuestion = z.object({
  is: z.enum(['date_format', 'name_order', 'column']),
  /** The column asked about; null for `column` (which column is the attribute?). */
  index: z.int().nullable(),
  header: z.string().nullable(),
  attribute: attribute.nullable(),
  choices: z.array(z.string()),
  text: z.string(),
});

export const hrProblem = z.object({
  position: z.int(),
  /** Line of the file where the row begins, counted from 1, line breaks inside quotes included. */
  line: z.int(),
  /** `bad`: the row changes nothing. `notice`: the row counts; look at it anyway. */
  severity: z.enum(['bad', 'notice']),
  code: z.enum(hrProblemCodes),
  header: z.string().nullable(),
  value: z.string().nullable(),
  employeeNumber: z.string().nullable(),
  /** What is wrong. */
  text: z.string(),
  /** What to do about it. */
  action: z.string(),
});

export const hrChange = z.object({
  position: z.int(),
  kind,
  personId: z.string().nullable(),
  employeeNumber: z.string().nullable(),
  name: z.string(),
  line: z.int().nullable(),
  /** In words, for example `leaves: end date 2026-03-31 has passed`. */
  why: z.string(),
  /** Of leavers: the HR timestamp that time to zero access is counted from. */
  happenedAt: z.iso.datetime().nullable(),
  /** Of staged and ending: the day to come. */
  effectiveOn: z.iso.date().nullable(),
  changes: z.array(z.object({ attribute: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
});

export const hrBrake = z.object({
  isHeld: z.boolean(),
  reasons: z.array(z.object({ is: z.enum(['too_many_removals', 'empty', 'truncated', 'short']), text: z.string() })),
  /** People who would lose their access, at once or on a day to come. */
  removals: z.int(),
  /** People who came from HR and are active. */
  active: z.int(),
  /** More removals than this in one run are held. */
  limit: z.int(),
  /** The number to send as `confirmedRemovals`; null where nothing needs, or nothing can get, a confirmation. */
  confirmWith: z.int().nullable(),
});

export const hrCounts = z.object({
  rows: z.int(),
  goodRows: z.int(),
  badRows: z.int(),
  notices: z.int(),
  joiner: z.int(),
  staged: z.int(),
  rehire: z.int(),
  mover: z.int(),
  ending: z.int(),
  leaver: z.int(),
  conflict: z.int(),
  past: z.int(),
  unchanged: z.int(),
});

export const hrImportSummary = z.object({
  id: z.string(),
  fileName: z.string(),
  sha256: z.string(),
  size: z.int(),
  state: z.enum(hrImportStates),
  isComplete: z.boolean(),
  uploadedAt: z.iso.datetime(),
  uploadedBy: z.string(),
  appliedAt: z.iso.datetime().nullable(),
  appliedBy: z.string().nullable(),
  counts: hrCounts.nullable(),
});

export const hrImport = hrImportSummary.extend({
  recognised: z
    .object({
      encoding: z.enum(hrEncodings),
      hasByteOrderMark: z.boolean(),
      encodingReason: z.string(),
      separator: z.enum(hrSeparators),
      separatorReason: z.string(),
      headerLine: z.int(),
      columns: z.array(hrColumn),
    })
    .nullable(),
  questions: z.array(hrQuestion),
  brake: hrBrake,
  /** What applying does, sentence by sentence. */
  consequences: z.array(z.string()),
  /** The same bytes were applied before. */
  sameFile: z.object({ importId: z.string(), appliedAt: z.iso.datetime() }).nullable(),
  previewedAt: z.iso.datetime().nullable(),
  /** The first 50 bad rows and notices; the rest at `/problems`. */
  problems: z.array(hrProblem),
  /** Up to 50 changes, the weightiest first (leavers, conflicts, rehires, joiners, movers); all at `/changes`. */
  sample: z.array(hrChange),
});

export const uploadHrImportQuery = z.strictObject({
  fileName: z.string().trim().min(1).max(200).default('upload.csv'),
  /** The file names everybody who works here: who is not in it has left. */
  isComplete: z.enum(['true', 'false']).default('true'),
});

/** Each field given replaces what was recognised; what is not given is recognised anew. */
export const mapHrImportBody = z.strictObject({
  encoding: z.enum(hrEncodings).optional(),
  separator: z.enum(hrSeparators).optional(),
  isComplete: z.boolean().optional(),
  columns: z.array(z.strictObject({ index: z.int().min(0).max(499), attribute: attribute.nullable() })).max(500).optional(),
  dateFormats: z.array(z.strictObject({ index: z.int().min(0).max(499), format: z.enum(hrDateFormats) })).max(20).optional(),
  nameOrder: z.enum(hrNameOrders).optional(),
});

export const applyHrImportBody = z.strictObject({ confirmedRemovals: z.int().min(0).optional() });

export const hrImportParams = z.strictObject({ importId: z.uuid() });

const paging = { cursor: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) };
export const listHrImportsQuery = z.strictObject(paging);
export const listHrChangesQuery = z.strictObject({ kind: kind.optional(), ...paging });
export const listHrProblemsQuery = z.strictObject({ severity: z.enum(['bad', 'notice']).optional(), ...paging });

const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });
export const hrImportList = listOf(hrImportSummary);
export const hrChangeList = listOf(hrChange);
export const hrProblemList = listOf(hrProblem);

export const hrFeedSettings = z.object({
  /** Days begin and end here: a start or an end date is a day, not a moment. */
  timeZone: z.string(),
  /** Employment types that must have an end date (contractors, partners); compared without case, accents and punctuation. */
  employmentTypesWithEndDate: z.array(z.string()),
});
export const changeHrFeedBody = z.strictObject({
  timeZone: z.string().min(1).max(64).optional(),
  employmentTypesWithEndDate: z.array(z.string().trim().min(1).max(80)).max(100).optional(),
});

export type HrAttribute = (typeof hrAttributes)[number];
export type HrEncoding = (typeof hrEncodings)[number];
export type HrSeparator = (typeof hrSeparators)[number];
export type HrDateFormat = (typeof hrDateFormats)[number];
export type HrNameOrder = (typeof hrNameOrders)[number];
export type HrImportState = (typeof hrImportStates)[number];
export type HrChangeKind = (typeof hrChangeKinds)[number];
export type HrProblemCode = (typeof hrProblemCodes)[number];
export type HrColumn = z.output<typeof hrColumn>;
export type HrQuestion = z.output<typeof hrQuestion>;
export type HrProblem = z.output<typeof hrProblem>;
export type HrChange = z.output<typeof hrChange>;
export type HrBrake = z.output<typeof hrBrake>;
export type HrCounts = z.output<typeof hrCounts>;
export type HrImport = z.output<typeof hrImport>;
export type HrImportSummary = z.output<typeof hrImportSummary>;
export type MapHrImport = z.output<typeof mapHrImportBody>;
export type HrFeedSettings = z.output<typeof hrFeedSettings>;
