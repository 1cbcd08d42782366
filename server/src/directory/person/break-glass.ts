import { newId } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { personId, type PersonId } from './person.ts';
import { endBreakGlass, insertPeople, takenUsernames } from './store.ts';

/**
 * A principal that signs in like a person and is nobody: no event of joining (so no movement, no birthright), no address, no
 * manager, in no list. What it is for, and every rule about it, is privileged's business; this writes the row.
 */
export async function addBreakGlassPrincipalIn(tx: Tx, input: { readonly number: number; readonly at: Date }): Promise<{ readonly id: PersonId; readonly username: string; readonly displayName: string }> {
  const wanted = `break-glass-${input.number}`;
  const isTaken = (await takenUsernames(tx, [wanted], [])).has(wanted);
  const id = personId(newId());
  const username = isTaken ? `${wanted}-${id.slice(-6)}` : wanted;
  const displayName = `Break-glass account ${input.number}`;
  await insertPeople(
    tx,
    [{ id, employeeNumber: null, username, givenName: 'Break-glass', familyName: `account ${input.number}`, displayName, workEmail: null, privateEmail: null, title: null, department: null, division: null, location: null, employmentType: null, managerId: null, startDate: null, endDate: null, status: 'active', source: 'break-glass' }],
    input.at,
  );
  return { id, username, displayName };
}

/** Nobody signs in with it again: the session reader and every other reader ask for the status. */
export const endBreakGlassPrincipalIn = (tx: Tx, id: PersonId, at: Date): Promise<void> => endBreakGlass(tx, id, at);
