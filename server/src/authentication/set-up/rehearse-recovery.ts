import type { Needs } from '../needs.ts';
import { recoverAdministratorIn } from './recover-administrator.ts';
import { newAccessPass } from '../factor/code.ts';

class Rehearsed extends Error {}

/**
 * Everything `bailiwick recover-admin` does for this person, and nothing of it stays: the pass is never shown and all is rolled
 * back. Null when it works; otherwise what was in the way. For the self-test of break-glass accounts.
 */
export async function rehearseRecovery(needs: Pick<Needs, 'clock' | 'database' | 'hashing' | 'config' | 'mailer' | 'consoleRoles' | 'peopleGroups'>, username: string): Promise<string | null> {
  const drawn = newAccessPass();
  try {
    const hash = await needs.hashing.hash(drawn.secret);
    await needs.database.transaction(async (tx) => {
      await recoverAdministratorIn(tx, needs, { username, shown: drawn.shown, hash });
      throw new Rehearsed();
    });
  } catch (error) {
    return error instanceof Rehearsed ? null : error instanceof Error ? error.message : String(error);
  }
  return null;
}
