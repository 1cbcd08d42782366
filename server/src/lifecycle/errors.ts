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
  // connection
  connector_kind_unknown: { kind: 'invalid', say: (f: { kind: string }) => `there is no connector \`${f.kind}\`; choose one of the list of kinds` },
  settings_wrong: { kind: 'invalid', say: (f: { faults: string }) => `the settings are not right (${f.faults}); correct them` },
  secret_missing: { kind: 'invalid', say: (f: { field: string }) => `the secret \`${f.field}\` is missing; give it` },
  secret_needed_again: { kind: 'invalid', say: (f: { field: string }) => `with another address or encryption the secret \`${f.field}\` would travel elsewhere; give it again` },
  secret_unknown: { kind: 'invalid', say: (f: { name: string }) => `this kind of connection has no secret \`${f.name}\`; leave it out` },
  connection_unnamed: { kind: 'invalid', say: () => 'a new application needs a name; give one' },
  connection_fails: { kind: 'conflict', say: (f: { problem: string }) => `the system cannot be reached so: ${f.problem}` },
  connection_not_found: { kind: 'not_found', say: () => 'there is no such connection; look at the list of connections' },
  already_connected: { kind: 'conflict', say: (f: { application: string }) => `\`${f.application}\` is connected already; change that connection instead` },
  list_unreadable: { kind: 'invalid', say: (f: { faults: string }) => `the list of accounts cannot be taken: ${f.faults}` },
  list_not_wanted: { kind: 'conflict', say: () => 'this system is read through its own connector; lists are for systems by hand' },
  brake_not_raised: { kind: 'not_found', say: () => 'no brake holds this system; look at its movements' },
  reading_not_stopped: { kind: 'conflict', say: () => 'no reading of this system waits for an answer; read it again' },
  // movement
  movement_not_found: { kind: 'not_found', say: () => 'there is no such movement, or it is not yours to see; look at the list of movements' },
  movement_runs_already: { kind: 'conflict', say: () => 'this movement does not wait for anybody; look at its steps' },
  person_unknown: { kind: 'not_found', say: (f: { person: string }) => `person \`${f.person}\` does not exist or is not yours to see; search for the person again` },
  step_not_found: { kind: 'not_found', say: () => 'there is no such step in this movement; load it again' },
  step_is_over: { kind: 'conflict', say: (f: { state: string }) => `this step is ${f.state} already; load the movement again` },
  step_is_running: { kind: 'conflict', say: () => 'this step runs at this moment; try again in a few seconds' },
  step_not_by_hand: { kind: 'conflict', say: () => 'this step cannot be confirmed by hand; let it run' },
  account_id_needed: { kind: 'invalid', say: () => 'it is not known which account this is about; give the id or login of the account' },
  cursor_unknown: { kind: 'invalid', say: () => 'the list cannot go on from this `cursor`; begin again without it' },
  // drift
  drift_not_found: { kind: 'not_found', say: () => 'there is no such difference; look at the list again' },
  drift_decided: { kind: 'conflict', say: (f: { state: string }) => `this difference is ${f.state} already; look at the list again` },
  drift_not_adoptable: { kind: 'conflict', say: () => 'the account of somebody who left cannot be adopted; revert it, or link the account to the right person' },
  drift_resolved: { kind: 'conflict', say: () => 'there is nothing left to take back; read the system again' },
});
