import * as contract from '@bailiwick/contract/recovery';
import { z } from 'zod';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { addOwnAddress, confirmOwnAddress, mailOwnAddressAgain, removeOwnAddress } from './change-addresses.ts';
import { noteOwnRecoveryLooked, readOwnRecovery } from './read-recovery.ts';
import { changeSettings, readSettings } from './settings.ts';

const one = z.object({ addressId: z.uuid() });
const change = 'authentication.own.factor.change' as const;

export function recoveryRoutes(needs: Needs): readonly AnyRoute[] {
  const common = [refuse.not_a_person, refuse.person_not_found, refuse.recovery_address_not_found];
  return [
    route({ method: 'GET', path: '/api/v1/me/recovery', permission: 'authentication.own.factor.read', summary: 'How I would get back in, and where codes are mailed', output: contract.myRecovery, refusals: [refuse.not_a_person], run: ({ permit }) => readOwnRecovery(needs, permit) }),
    route({
      method: 'POST',
      path: '/api/v1/me/recovery/addresses',
      permission: change,
      summary: 'Name an address for getting back in; a code is mailed there',
      body: contract.addRecoveryAddress,
      output: contract.recoveryAddressAdded,
      status: 201,
      refusals: [...common, refuse.too_many_recovery_addresses, refuse.recovery_address_known, refuse.too_many_recovery_codes],
      run: ({ permit, principal, body }) => addOwnAddress(needs, permit, principal, body),
    }),
    route({ method: 'POST', path: '/api/v1/me/recovery/addresses/:addressId/mail', permission: change, summary: 'Mail the confirming code again', params: one, refusals: [...common, refuse.too_many_recovery_codes], run: ({ permit, principal, params }) => mailOwnAddressAgain(needs, permit, principal, params.addressId) }),
    route({
      method: 'POST',
      path: '/api/v1/me/recovery/addresses/:addressId/confirm',
      permission: change,
      summary: 'Confirm the address with the code that was mailed there',
      params: one,
      body: contract.confirmRecoveryAddress,
      refusals: [...common, refuse.recovery_code_wrong],
      run: ({ permit, principal, params, body }) => confirmOwnAddress(needs, permit, principal, { addressId: params.addressId, code: body.code }),
    }),
    route({ method: 'DELETE', path: '/api/v1/me/recovery/addresses/:addressId', permission: change, summary: 'Remove an address; all addresses are told', params: one, refusals: common, run: ({ permit, principal, params }) => removeOwnAddress(needs, permit, principal, params.addressId) }),
    route({ method: 'POST', path: '/api/v1/me/recovery/looked', permission: change, summary: 'My codes and addresses are still right', refusals: [refuse.not_a_person], run: ({ permit }) => noteOwnRecoveryLooked(needs, permit) }),
    route({ method: 'GET', path: '/api/v1/recovery-settings', permission: 'authentication.recovery-settings.read', summary: 'Who may reset how somebody signs in', output: contract.recoverySettings, run: ({ permit }) => readSettings(needs, permit) }),
    route({ method: 'PATCH', path: '/api/v1/recovery-settings', permission: 'authentication.recovery-settings.change', summary: 'Change who may reset how somebody signs in', body: contract.changeRecoverySettings, output: contract.recoverySettings, run: ({ permit, body }) => changeSettings(needs, permit, body) }),
  ];
}
