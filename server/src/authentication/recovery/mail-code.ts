import { later, days, hours, minutes } from '../../platform/clock/index.ts';
import { newId, randomDigits } from '../../platform/crypto/index.ts';
import type { JobDefinition } from '../../platform/jobs/index.ts';
import { disavowalLinkIn } from '../factor/notice.ts';
import { enrolledFactors } from '../factor/store.ts';
import type { Needs } from '../needs.ts';
import { findSubject } from '../session/store.ts';
import { addMailedCode, confirmedAddressesOf, findAddress, lockCodeToMail, noteMailed, oldestOfLast, type CodePurpose } from './store.ts';

/** 63B-4 4.2.1.2 allows 24 hours for e-mail; a code that is asked for while somebody sits there needs no more than this. */
export const codeLifeMs = minutes(15);
const codeDigits = 8;
/** Codes from one source for one account (63B-4 4.2.1.2: throttled). A stranger who asks for codes does not use up those of a familiar device. */
const mostInAnHour = 5;
const mostInADay = 12;

export const mailCodeJob = 'authentication.mail-recovery-code';

export interface CodeWish {
  readonly purpose: CodePurpose;
  readonly holderId: string;
  /** Null for names that nobody active has: everything is done for them too, but for the mail. */
  readonly personId: string | null;
  readonly account: string;
  readonly source: string;
}

export type CodeAsked = { readonly is: 'asked' } | { readonly is: 'wait'; readonly seconds: number };

type AskNeeds = Pick<Needs, 'clock' | 'database' | 'hashing' | 'keys' | 'jobs'>;

const sealContext = (id: string): string => `authn.mailed_code/${id}/code`;

/**
 * Makes a code and leaves it to a job to mail it. Whoever is named, or nobody, the same is done here: one hash, the same
 * questions, one job. Whether there is an address to mail it to is looked up only there (ASVS 6.3.8: no enumeration by time).
 */
export async function askForCode({ clock, database, hashing, keys, jobs }: AskNeeds, wish: CodeWish): Promise<CodeAsked> {
  const now = clock.now();
  for (const [most, ms] of [[mostInAnHour, hours(1)], [mostInADay, days(1)]] as const) {
    const oldest = await database.read((tx) => oldestOfLast(tx, wish.account, wish.source, most, later(now, -ms)));
    if (oldest) return { is: 'wait', seconds: Math.max(1, Math.ceil((oldest.getTime() + ms - now.getTime()) / 1_000)) };
  }
  const code = randomDigits(codeDigits);
  const id = newId();
  const hash = await hashing.hash(code);
  await database.transaction(async (tx) => {
    await addMailedCode(tx, { id, ...wish, hash, sealedCode: keys.seal(code, sealContext(id)), madeAt: now, expiresAt: later(now, codeLifeMs) });
    await jobs.enqueue(tx, mailCodeJob, { id });
  });
  return { is: 'asked' };
}

/** As typed: digits, whatever stands between them. */
export const tidyCode = (typed: string): string => typed.replace(/\D/g, '').slice(0, 32);

const grouped = (code: string): string => `${code.slice(0, 4)} ${code.slice(4)}`;

type MailNeeds = Pick<Needs, 'clock' | 'database' | 'keys' | 'mailer' | 'config'>;

export const mailRecoveryCode = (needs: MailNeeds): JobDefinition => ({
  name: mailCodeJob,
  maxAttempts: 5,
  async run(payload) {
    const { id } = payload as { id: string };
    const { clock, database, keys } = needs;
    await database.transaction(async (tx) => {
      const now = clock.now();
      const waiting = await lockCodeToMail(tx, id, now);
      if (!waiting) return;
      const subject = waiting.personId === null ? null : await findSubject(tx, waiting.personId);
      if (subject?.isActive) {
        const code = keys.open(waiting.sealedCode, sealContext(id)).toString('utf8');
        if (waiting.purpose === 'confirm') {
          const address = await findAddress(tx, subject.personId, waiting.holderId);
          if (address && !address.confirmedAt) await post(address.address, 'Confirm this address', `${subject.displayName},\n\nthis address was named for getting back in to your account. Enter this code on the page My security:\n\n${grouped(code)}\n\nIt works for 15 minutes. If you did not name this address, do nothing: without the code it is never used.`);
        } else {
          const addresses = await confirmedAddressesOf(tx, subject.personId);
          // Nobody privileged comes back by mail, and nobody whose only mailbox may open by this very sign-in.
          const isUsable = (await enrolledFactors(tx, subject.personId)).recoveryAddresses > 0;
          if (addresses.length > 0 && waiting.purpose === 'practise') {
            if (isUsable) for (const to of addresses) await post(to, 'Your code for practising', `${subject.displayName},\n\nyou practise getting back in. Enter this code on the page that asks for it:\n\n${grouped(code)}\n\nIt works for 15 minutes, and opens nothing.`);
          } else if (addresses.length > 0) {
            const link = await disavowalLinkIn(tx, needs, subject.personId, 'recovery_code_mailed');
            const sentence = isUsable
              ? `somebody, hopefully you, wants to get back in to your account. Enter this code on the page that asks for it:\n\n${grouped(code)}\n\nIt works for 15 minutes, once, and only in the browser that asked for it. Nobody of ours ever asks you for it.`
              : 'somebody, hopefully you, wants to get back in to your account by a mailed code. That is not possible for your account. Use a saved recovery code together with your password or app, or ask an administrator.';
            for (const to of addresses) await post(to, isUsable ? 'Your recovery code' : 'Somebody asked for a recovery code', `${subject.displayName},\n\n${sentence}\n\nIf this was not you, open this link: it ends every session of your account and this recovery at once.\n\n${link}`);
          }
        }
        async function post(to: string, about: string, text: string): Promise<void> {
          await needs.mailer.post(tx, { to, subject: `${needs.config.organisation}: ${about}`, text });
        }
      }
      await noteMailed(tx, id, now);
    });
  },
});
