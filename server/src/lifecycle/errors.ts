import { refusals } from '../platform/errors/index.ts';

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

export const refuse = refusals('lifecycle', {
  // hr-feed
  hr_import_not_found: { kind: 'not_found', say: () => 'there is no such HR import; see the list of imports' },
  hr_file_too_large: { kind: 'invalid', say: (f: { limitMb: number }) => `the file is larger than ${f.limitMb} MB; export fewer columns` },
  hr_file_is_a_spreadsheet: { kind: 'invalid', say: () => 'this is a spreadsheet, not a CSV; save it as CSV (UTF-8) and upload that' },
  hr_file_unreadable: { kind: 'invalid', say: (f: { why: string }) => `the file cannot be read as CSV: ${f.why}; export it again` },
  hr_mapping_wrong: { kind: 'invalid', say: (f: { why: string }) => `${f.why}; choose again` },
  hr_cursor_unknown: { kind: 'invalid', say: () => 'the cursor is not one of ours; begin the list again without it' },
  hr_time_zone_unknown: { kind: 'invalid', say: (f: { timeZone: string }) => `\`${f.timeZone}\` is not a time zone; use a name such as Europe/Berlin` },
  hr_import_closed: { kind: 'conflict', say: (f: { state: string }) => `this import is ${f.state} already; upload the file again` },
  hr_import_has_questions: { kind: 'conflict', say: (f: { question: string }) => `a question is open: ${f.question}; answer it in the mapping first` },
  hr_import_empty: { kind: 'conflict', say: () => 'the file holds no usable row, and an empty list is an error, not a mass departure; export it again and upload that' },
  hr_import_held: {
    kind: 'conflict',
    say: (f: { removals: number; why: string }) => `the brake holds this import (${f.why}): ${count(f.removals, 'person', 'people')} would lose their access; check the list and apply again with confirmedRemovals = ${f.removals}`,
  },
  hr_import_confirmation_differs: {
    kind: 'conflict',
    say: (f: { confirmed: number; removals: number }) => `you confirmed ${count(f.confirmed, 'removal', 'removals')} and it would be ${f.removals}; look at the list again and confirm that number`,
  },
  hr_import_preview_outdated: {
    kind: 'conflict',
    say: (f: { removals: number }) => `the directory changed since this preview, and other people would lose their access now (${f.removals} in all); the preview is fresh again: look at it and apply`,
  },
});
