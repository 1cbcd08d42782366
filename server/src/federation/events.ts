/** Facts this domain announces. Subject is `person:<id>` or `client:<id>`. */
export const events = {
  signedInToApplication: 'application_signed_in_to',
  tokenFamilyEnded: 'token_family_ended',
  clientAdded: 'client_added',
  clientChanged: 'client_changed',
  clientRemoved: 'client_removed',
} as const;
