import { refusals } from '../platform/errors/index.ts';

export const refuse = refusals('federation', {
  no_such_client: { kind: 'not_found', say: (f: { clientId: string }) => `there is no client \`${f.clientId}\`; see the list of clients` },
  no_such_application: { kind: 'not_found', say: (f: { applicationId: string }) => `there is no application \`${f.applicationId}\`; leave it out to make a new one` },
  client_id_taken: { kind: 'conflict', say: (f: { clientId: string }) => `a client is named \`${f.clientId}\` already; choose another or leave it out` },
  client_not_consistent: { kind: 'invalid', say: (f: { why: string }) => f.why },
  no_secret_to_rotate: { kind: 'conflict', say: (f: { clientId: string }) => `the client \`${f.clientId}\` authenticates without a secret; change its authentication first` },
  no_such_person: { kind: 'not_found', say: (f: { personId: string }) => `there is nobody \`${f.personId}\` that you may see; search in the list of people` },
  no_such_consent: { kind: 'not_found', say: (f: { clientId: string }) => `you gave no consent to \`${f.clientId}\`; see the list` },
  interaction_gone: { kind: 'not_found', say: () => 'this sign-in took too long or was finished elsewhere; go back to the application and begin again' },
  logout_request_invalid: { kind: 'invalid', say: (f: { why: string }) => `${f.why}; go back to the application` },
});
