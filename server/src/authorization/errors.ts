import { refusals } from '../platform/errors/index.ts';

export const refuse = refusals('authorization', {
  role_not_found: { kind: 'not_found', say: (f: { role: string }) => `role \`${f.role}\` does not exist; look at the list of roles` },
  role_name_taken: { kind: 'conflict', say: (f: { name: string }) => `a role is called \`${f.name}\` already; choose another name` },
  entitlement_not_found: { kind: 'invalid', say: (f: { entitlement: string }) => `entitlement \`${f.entitlement}\` does not exist; choose one of an application` },
  entitlement_not_grantable: { kind: 'conflict', say: (f: { entitlement: string }) => `\`${f.entitlement}\` is decided by the application itself and cannot be given; choose another` },
  person_not_found: { kind: 'not_found', say: (f: { person: string }) => `person \`${f.person}\` does not exist or is not yours to see; search for the person again` },
  person_has_left: { kind: 'conflict', say: (f: { person: string }) => `\`${f.person}\` has left and can be given nothing; rehire the person first` },
  already_granted: { kind: 'conflict', say: (f: { person: string; entitlement: string }) => `\`${f.person}\` has \`${f.entitlement}\` already; end that grant first to give it anew` },
  expiry_passed: { kind: 'invalid', say: () => 'the grant would end before it begins; choose a later end' },
  grant_not_found: { kind: 'not_found', say: (f: { grant: string }) => `grant \`${f.grant}\` does not exist; look at the access of the person` },
  grant_has_ended: { kind: 'conflict', say: (f: { grant: string }) => `grant \`${f.grant}\` has ended already; nothing is to be done` },
  birthright_stays: { kind: 'conflict', say: (f: { role: string }) => `this comes from the role \`${f.role}\` and would come back at once; change the role or the person instead` },
  own_access: { kind: 'forbidden', say: () => 'nobody gives access to themselves; ask another administrator' },
  administrator_exists: { kind: 'conflict', say: () => 'there is an administrator already; ask them for a role' },
  administrator_not_active: { kind: 'conflict', say: (f: { person: string }) => `\`${f.person}\` does not work here at this moment and cannot have a role in the console; choose somebody who does` },
  console_role_held: { kind: 'conflict', say: (f: { person: string; role: string }) => `\`${f.person}\` is \`${f.role}\` already; nothing is to be done` },
  console_role_not_held: { kind: 'not_found', say: (f: { person: string; role: string }) => `\`${f.person}\` is not \`${f.role}\`; look at the list of console roles` },
  last_administrator: { kind: 'conflict', say: () => 'the last administrator who can sign in cannot leave or lose the role; make somebody else an administrator and have them set up a passkey, or seal two break-glass accounts, then repeat this' },
  break_glass_account: { kind: 'conflict', say: () => 'a break-glass account is administrator for as long as it exists, and nothing else; it is changed on the page Break-glass alone' },
  cursor_unknown: { kind: 'invalid', say: () => 'the list cannot go on from this `cursor`; begin again without it' },
});
