import * as contract from '@bailiwick/contract/break-glass';
import { authenticationRefusals } from '../../authentication/index.ts';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { acknowledge, changeAlarm } from './acknowledge-use.ts';
import { addKey, askForTest, inviteKey, makeAccount, removeKey, retireTheAccount, sealTheAccount, testKey } from './change-account.ts';
import { cancelTheDrill, startTheDrill } from './drill.ts';
import { readBreakGlass } from './read-break-glass.ts';
import { selfTest } from './self-test.ts';

const base = '/api/v1/break-glass';
const one = `${base}/accounts/:accountId`;
const params = contract.breakGlassParams;

export function breakGlassRoutes(needs: Needs): AnyRoute[] {
  const person = [authenticationRefusals.not_a_person];
  const account = [...person, refuse.break_glass_not_found];
  const keys = [...account, refuse.key_in_the_envelope];
  return [
    route({ method: 'GET', path: base, permission: 'privileged.break-glass.view', summary: 'Break-glass accounts, their uses, and how administrators get in', output: contract.breakGlass, run: ({ permit }) => readBreakGlass(needs, permit) }),
    route({ method: 'POST', path: `${base}/accounts`, permission: 'privileged.break-glass.make', summary: 'Make a break-glass account; needs a fresh sign-in', output: contract.breakGlassMade, status: 201, refusals: [...person, refuse.too_many_break_glass], run: async ({ permit, principal }) => ({ id: await makeAccount(needs, permit, principal) }) }),
    route({ method: 'POST', path: `${one}/key-options`, permission: 'privileged.break-glass.make', summary: 'Begin to register a hardware key', params, output: contract.keyOptions, refusals: [...keys, authenticationRefusals.too_many_keys], run: async ({ permit, principal, params: { accountId } }) => ({ options: await inviteKey(needs, permit, principal, accountId) }) }),
    route({
      method: 'POST',
      path: `${one}/keys`,
      permission: 'privileged.break-glass.make',
      summary: 'Register a hardware key with a PIN; nothing that can be copied',
      params,
      body: contract.addKeyBody,
      refusals: [...keys, authenticationRefusals.key_not_accepted, authenticationRefusals.key_not_hardware, authenticationRefusals.key_taken, authenticationRefusals.too_many_keys],
      run: ({ permit, principal, params: { accountId }, body }) => addKey(needs, permit, principal, accountId, { name: body.name, response: body.response }),
    }),
    route({ method: 'DELETE', path: `${one}/keys/:keyId`, permission: 'privileged.break-glass.make', summary: 'Remove a key that is not in a sealed envelope', params: contract.breakGlassKeyParams, refusals: [...keys, authenticationRefusals.factor_not_found], run: ({ permit, principal, params: { accountId, keyId } }) => removeKey(needs, permit, principal, accountId, keyId) }),
    route({ method: 'POST', path: `${one}/test-options`, permission: 'privileged.break-glass.seal', summary: 'Begin to test the key', params, output: contract.keyOptions, refusals: [...keys, refuse.key_missing], run: async ({ permit, principal, params: { accountId } }) => ({ options: await askForTest(needs, permit, principal, accountId) }) }),
    route({ method: 'POST', path: `${one}/test`, permission: 'privileged.break-glass.seal', summary: 'Test the key: it signs, no session comes of it', params, body: contract.testKeyBody, refusals: [...keys, authenticationRefusals.key_not_accepted, authenticationRefusals.key_not_hardware], run: ({ permit, principal, params: { accountId }, body }) => testKey(needs, permit, principal, accountId, body.response) }),
    route({ method: 'POST', path: `${one}/seal`, permission: 'privileged.break-glass.seal', summary: 'Say in which envelope the tested key lies, where, and who keeps it', params, body: contract.sealBody, refusals: [...account, refuse.key_missing, refuse.key_not_tested], run: async ({ permit, principal, params: { accountId }, body }) => {
      await sealTheAccount(needs, permit, principal, accountId, body);
      // Whoever has just closed an envelope wants to know whether all of it works, and not on Monday.
      await selfTest(needs, needs.gate.system('break-glass', 'privileged.break-glass.test'), { isMailed: false });
    } }),
    route({ method: 'POST', path: `${one}/drill`, permission: 'privileged.break-glass.drill', summary: 'Start a drill: the next sign-in with the account is one', params, refusals: [...account, refuse.not_sealed, refuse.drill_is_open], run: ({ permit, principal, params: { accountId } }) => startTheDrill(needs, permit, principal, accountId) }),
    route({ method: 'DELETE', path: `${one}/drill`, permission: 'privileged.break-glass.drill', summary: 'Cancel the drill', params, refusals: [...account, refuse.drill_not_open], run: ({ permit, principal, params: { accountId } }) => cancelTheDrill(needs, permit, principal, accountId) }),
    route({ method: 'POST', path: `${one}/retire`, permission: 'privileged.break-glass.retire', summary: 'Retire the account: its key opens nothing any more', params, body: contract.retireBody, refusals: [...account, refuse.drill_is_open, refuse.last_way_in], run: ({ permit, principal, params: { accountId }, body }) => retireTheAccount(needs, permit, principal, accountId, body.reason) }),
    route({ method: 'POST', path: `${base}/uses/:useId/acknowledge`, permission: 'privileged.break-glass.acknowledge', summary: 'Say why the glass was broken', params: contract.breakGlassUseParams, body: contract.acknowledgeBody, refusals: [...person, refuse.use_not_found, refuse.own_use], run: ({ permit, principal, params: { useId }, body }) => acknowledge(needs, permit, principal, { useId, reason: body.reason }) }),
    route({
      method: 'POST',
      path: `${base}/self-test`,
      permission: 'privileged.break-glass.test',
      summary: 'Look at everything now, as each week',
      run: async ({ permit }) => {
        await selfTest(needs, permit, { isMailed: false });
      },
    }),
    route({ method: 'PUT', path: `${base}/alarm`, permission: 'privileged.break-glass.change-alarm', summary: 'Who hears of each use beside the administrators', body: contract.changeAlarmBody, refusals: person, run: ({ permit, principal, body }) => changeAlarm(needs, permit, principal, body.addresses) }),
  ];
}
