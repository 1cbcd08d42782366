import { record } from '../../audit/index.ts';
import { hours, later, minutes } from '../../platform/clock/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import type { JobDefinition } from '../../platform/jobs/index.ts';
import type { Needs } from '../needs.ts';
import { findSubject } from '../session/store.ts';
import { readList } from './check-revocation.ts';
import { dueLists, endExpired, sweepCertificates, takeEndingSoon } from './store.ts';

/** Reads revocation lists before they end, so that a sign-in need not wait for them; every six hours at least. */
export const readListsJob = (needs: Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config'>): JobDefinition => ({
  name: 'authentication.read-revocation-lists',
  schedule: '*/5 * * * *',
  maxAttempts: 1,
  async run(_payload, { signal }) {
    const now = needs.clock.now();
    for (const list of await needs.database.read((tx) => dueLists(tx, later(now, hours(1)), later(now, -minutes(4))))) {
      if (signal.aborted) return;
      await readList(needs, list, { notSinceMs: minutes(4), signal });
    }
  },
});

/** Every five minutes, with four weeks' time: enough for every company. */
const toldAtOnce = 200;

/** Certificates whose time is over no longer count as a way in, and their people hear of it while there is time to renew (ASVS 6.4.5); tries that nobody finished are forgotten. */
export const sweepCertificatesJob = ({ clock, database, mailer, config }: Pick<Needs, 'clock' | 'database' | 'mailer' | 'config'>): JobDefinition => ({
  name: 'authentication.sweep-certificates',
  schedule: '*/5 * * * *',
  maxAttempts: 3,
  async run() {
    const now = clock.now();
    await database.transaction(async (tx) => {
      await sweepCertificates(tx, now);
      for (const { displayName, address, name, issuerName, notAfter } of await takeEndingSoon(tx, now, toldAtOnce)) {
        if (address) await mailer.post(tx, { to: address, subject: `${config.organisation}: A certificate of yours ends soon`, text: `${displayName},\n\nthe certificate “${name}” (${issuerName}), with which you can sign in, ends on ${notAfter.toISOString().slice(0, 10)}. Ask whoever gave it to you for the next one before then. The next one signs you in beside it; add a passkey if you want to sign in without a certificate:\n\n${new URL('/security', config.url).href}` });
      }
      for (const one of await endExpired(tx, now)) {
        const subject = one.personId === null ? null : await findSubject(tx, one.personId);
        await record(tx, { action: 'authentication.certificate.expire', actor: 'system:authentication' as ActorId, actorName: 'Bailiwick', target: subject ? `person:${subject.personId}` : null, targetName: subject?.displayName ?? null, at: now, outcome: 'allowed', facts: { certificateId: one.id, name: one.name, serial: one.serial } });
      }
    });
  },
});
