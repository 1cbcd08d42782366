import { refusals } from '../platform/errors/index.ts';

export const refuse = refusals('privileged', {
  break_glass_not_found: { kind: 'not_found', say: () => 'there is no such break-glass account, or it is retired; load the page again' },
  too_many_break_glass: { kind: 'conflict', say: (f: { atMost: number }) => `there are ${f.atMost} break-glass accounts already; retire one first` },
  key_missing: { kind: 'conflict', say: (f: { account: string }) => `${f.account} has no key yet; register a hardware key first` },
  key_not_tested: { kind: 'conflict', say: (f: { account: string }) => `the key of ${f.account} is not tested since it was registered or used; test it, then seal it` },
  key_in_the_envelope: { kind: 'conflict', say: (f: { account: string }) => `${f.account} is sealed, and its keys with it; retire it, or start a drill to take the key out` },
  not_sealed: { kind: 'conflict', say: (f: { account: string }) => `${f.account} is not sealed; seal it first` },
  drill_is_open: { kind: 'conflict', say: (f: { account: string }) => `a drill of ${f.account} is under way; finish or cancel it first` },
  drill_not_open: { kind: 'conflict', say: (f: { account: string }) => `no drill of ${f.account} is under way; start one` },
  use_not_found: { kind: 'not_found', say: () => 'there is no such use, or it is acknowledged already; load the page again' },
  own_use: { kind: 'forbidden', say: () => 'a break-glass account does not acknowledge its own use; sign in as yourself' },
  last_way_in: { kind: 'conflict', say: () => 'without this account nobody could sign in as administrator; have an administrator set up a passkey first, or seal two other break-glass accounts' },
});
