import * as contract from '@bailiwick/contract/sessions';
import { z } from 'zod';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { forgetOwnDevice, forgetOwnDevices } from './forget-devices.ts';
import { readDevicesOfPerson, readOwnDevices, readOwnStrangeTries, readStrangeTriesOfPerson } from './read-devices.ts';

const person = z.object({ personId: z.uuid() });

export function deviceRoutes(needs: Pick<Needs, 'clock' | 'database' | 'geography'>): readonly AnyRoute[] {
  return [
    route({ method: 'GET', path: '/api/v1/me/devices', permission: 'authentication.own.device.read', summary: 'Browsers in which I have signed in before', output: contract.deviceList, refusals: [refuse.not_a_person], run: ({ permit, principal }) => readOwnDevices(needs, permit, principal) }),
    route({ method: 'DELETE', path: '/api/v1/me/devices/:deviceId', permission: 'authentication.own.device.forget', summary: 'Forget one of my browsers', params: z.object({ deviceId: z.uuid() }), refusals: [refuse.not_a_person, refuse.device_not_found], run: ({ permit, params }) => forgetOwnDevice(needs, permit, params.deviceId) }),
    route({ method: 'POST', path: '/api/v1/me/devices/forget-all', permission: 'authentication.own.device.forget', summary: 'Forget all my browsers', output: contract.devicesForgotten, refusals: [refuse.not_a_person], run: async ({ permit }) => ({ forgotten: await forgetOwnDevices(needs, permit) }) }),
    route({ method: 'GET', path: '/api/v1/me/strange-tries', permission: 'authentication.own.session.read', summary: 'Whether somebody else tries to sign in as me', output: contract.strangeTries, refusals: [refuse.not_a_person], run: ({ permit }) => readOwnStrangeTries(needs, permit) }),
    route({ method: 'GET', path: '/api/v1/people/:personId/devices', permission: 'authentication.device.read', summary: 'Browsers in which a person has signed in before', params: person, output: contract.deviceList, refusals: [refuse.person_not_found], run: ({ permit, params }) => readDevicesOfPerson(needs, permit, params.personId) }),
    route({ method: 'GET', path: '/api/v1/people/:personId/strange-tries', permission: 'authentication.session.read', summary: 'Whether somebody tries to sign in as a person', params: person, output: contract.strangeTries, refusals: [refuse.person_not_found], run: ({ permit, params }) => readStrangeTriesOfPerson(needs, permit, params.personId) }),
  ];
}
