/**
 * Facts this domain announces. Subject of an import: `hr-import:<id>`; what happened to each person is announced by the
 * directory (`person_joined`, `person_changed`, `person_left`, ...) in the same transaction.
 */
export const lifecycleEvents = {
  /** facts: {state} */
  hrImportPreviewed: 'hr_import_previewed',
  /** facts: {joiners, movers, leavers, rehires} */
  hrImportApplied: 'hr_import_applied',
} as const;
