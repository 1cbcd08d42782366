import { record } from '../../audit/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { breakGlassSelfTested } from '../events.ts';
import type { Needs } from '../needs.ts';
import { examine, type Finding } from './account.ts';
import { alarmRecipients, findAccounts, insertSelfTest, someAdministrator } from './store.ts';

type TestNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config' | 'rehearseHostCommand'>;

/**
 * Everything short of opening the envelopes, each week and whenever somebody asks: are the accounts there, active, administrators,
 * their keys the ones that were sealed; does the command on the host work (rehearsed and taken back); would the alarm reach somebody.
 * What it finds is shown, and mailed when `isMailed`.
 */
export async function selfTest(needs: TestNeeds, permit: Permit<'privileged.break-glass.test'>, { isMailed }: { readonly isMailed: boolean }): Promise<readonly Finding[]> {
  const { clock, database } = needs;
  const hostProblem = await needs.rehearseHostCommand(await database.read(someAdministrator));
  const trouble = await needs.mailer.trouble();
  return database.transaction(async (tx) => {
    const now = clock.now();
    const accounts = await findAccounts(tx);
    const to = await alarmRecipients(tx);
    const mailProblem = trouble ?? (to.length === 0 ? 'no administrator has a work address, and no other is set' : null);
    const findings = examine({ accounts, hostProblem, mailProblem, selfTestAt: now }, now);
    await insertSelfTest(tx, newId(), { at: now, byName: permit.actorName, hostProblem, mailProblem, findings });
    await record(tx, { action: 'privileged.break-glass.self-test', actor: permit.actor, actorName: permit.actorName, target: null, targetName: null, at: now, outcome: 'allowed', facts: { accounts: accounts.length, findings: findings.map((one) => one.code) } });
    await needs.announce(tx, breakGlassSelfTested(now, { findings: findings.length }));
    // Nobody has begun with it yet: Today says so, a mail each week would be noise.
    if (isMailed && findings.length > 0 && accounts.length > 0) {
      const lines = findings.map((one) => `${one.text.charAt(0).toUpperCase()}${one.text.slice(1)}. What to do: ${one.remedy}.`);
      for (const address of to) await needs.mailer.post(tx, { to: address, subject: `${needs.config.organisation}: the self-test of the break-glass accounts found ${findings.length === 1 ? 'one thing' : `${findings.length} things`}`, text: `${lines.join('\n\n')}\n\n${new URL('/admin/break-glass', needs.config.url).href}` });
    }
    return findings;
  });
}
