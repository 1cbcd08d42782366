import * as contract from '@bailiwick/contract/recovery';
import { z } from 'zod';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { readDrill, readDrills, startDrill, stopDrill } from './start-drill.ts';

const one = z.object({ drillId: z.uuid() });

export function drillRoutes(needs: Needs): readonly AnyRoute[] {
  return [
    route({ method: 'GET', path: '/api/v1/recovery-drills', permission: 'authentication.recovery-drill.read', summary: 'Recovery drills, newest first', output: contract.drillList, run: ({ permit }) => readDrills(needs, permit) }),
    route({
      method: 'POST',
      path: '/api/v1/recovery-drills',
      permission: 'authentication.recovery-drill.start',
      summary: 'Have people practise getting back in; nothing of theirs is changed',
      body: contract.startDrill,
      output: contract.drillStarted,
      status: 201,
      refusals: [refuse.drill_end_not_allowed, refuse.drill_person_not_active],
      run: ({ permit, body }) => startDrill(needs, permit, { ...body, endsAt: new Date(body.endsAt) }),
    }),
    route({ method: 'GET', path: '/api/v1/recovery-drills/:drillId', permission: 'authentication.recovery-drill.read', summary: 'One drill: who is able, who stalled where, who has not begun', params: one, output: contract.drillDetail, refusals: [refuse.drill_not_found], run: ({ permit, params }) => readDrill(needs, permit, params.drillId) }),
    route({ method: 'POST', path: '/api/v1/recovery-drills/:drillId/end', permission: 'authentication.recovery-drill.end', summary: 'End a drill before its day', params: one, refusals: [refuse.drill_not_found, refuse.drill_ended], run: ({ permit, params }) => stopDrill(needs, permit, params.drillId) }),
  ];
}
