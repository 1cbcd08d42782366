import { days, later } from '../../platform/clock/index.ts';
import { digestOf, randomToken } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Needs } from '../needs.ts';
import { confirmedAddressesOf } from '../recovery/store.ts';
import type { Subject } from '../session/store.ts';
import { addDisavowal } from './store.ts';

export type Notice =
  | { readonly about: 'factor_added' | 'factor_removed' | 'factor_disabled'; readonly factor: string }
  | { readonly about: 'factor_kept'; readonly factor: string; readonly failures: number }
  | { readonly about: 'passkey_disabled'; readonly name: string; readonly why: string }
  | { readonly about: 'push_disabled'; readonly prompts: number }
  | { readonly about: 'push_enabled' }
  | { readonly about: 'password_changed' }
  | { readonly about: 'recovery_code_used'; readonly left: number }
  | { readonly about: 'recovery_codes_issued' }
  | { readonly about: 'access_pass_issued'; readonly by: string }
  | { readonly about: 'recovery_address_added' | 'recovery_address_removed'; readonly address: string }
  | { readonly about: 'reset_asked'; readonly by: string; readonly reason: string }
  | { readonly about: 'reset_approved'; readonly by: string; readonly askedBy: string }
  | { readonly about: 'name_or_address_changed'; readonly username: string | null; readonly workEmail: string | null }
  | { readonly about: 'recovered' }
  | { readonly about: 'strange_browser'; readonly device: string; readonly from: string }
  | { readonly about: 'strange_tries'; readonly tries: number; readonly from: string };

const factorNames: Readonly<Record<string, string>> = { password: 'a password', totp: 'an authenticator app', passkey: 'a passkey', certificate: 'a certificate', push: 'a telephone that approves sign-ins', 'recovery-code': 'the recovery codes', 'mailed-code': 'the mailed recovery code', 'access-pass': 'the access pass' };

const say = (factor: string): string => factorNames[factor] ?? factor;

function inWords(notice: Notice): { readonly subject: string; readonly sentence: string } {
  switch (notice.about) {
    case 'factor_added':
      return { subject: 'A way to sign in was added', sentence: `${capital(say(notice.factor))} was added to your account.` };
    case 'factor_removed':
      return { subject: 'A way to sign in was removed', sentence: `${capital(say(notice.factor))} was removed from your account.` };
    case 'factor_disabled':
      return { subject: 'A way to sign in was switched off', sentence: `After 100 wrong tries in a row ${say(notice.factor)} of your account was switched off. Sign in with another factor and set it up again, or ask your manager for an access pass.` };
    case 'factor_kept':
      return { subject: 'Somebody guesses at your way to sign in', sentence: `There were ${notice.failures} wrong tries in a row at ${say(notice.factor)} of your account. It would be switched off now, but then no administrator could sign in any more: so it stays, and browsers that you have never used have one try an hour, all together. You can sign in from your own browser as always. Set up a passkey, which nobody can guess at, and two break-glass accounts.` };
    case 'passkey_disabled':
      return { subject: 'A passkey was switched off', sentence: `Your passkey “${notice.name}” was switched off, because ${notice.why}. Somebody may have a copy of it. Sign in with another factor, remove it, and set up a new one.` };
    case 'push_disabled':
      return { subject: 'Push approval was switched off', sentence: `${notice.prompts} questions in a row to approve a sign-in were denied or not answered, so your telephones are asked no more. Whoever caused them knows your password: change it. Sign in with another factor and switch push approval on again in My security.` };
    case 'push_enabled':
      return { subject: 'Push approval was switched on', sentence: 'Push approval of your account was switched on again: your telephones are asked when somebody signs in.' };
    case 'password_changed':
      return { subject: 'Your password was changed', sentence: 'The password of your account was changed.' };
    case 'recovery_code_used':
      return { subject: 'A recovery code was used', sentence: `A recovery code of your account was used; ${notice.left} are left. A new one takes its place when the sign-in is finished.` };
    case 'recovery_codes_issued':
      return { subject: 'New recovery codes', sentence: 'New recovery codes were made for your account; the ones in their places no longer work.' };
    case 'access_pass_issued':
      return { subject: 'An access pass was issued for you', sentence: `${notice.by} issued a temporary access pass for your account. It works once, for an hour, and only to set up a way to sign in.` };
    case 'strange_browser':
      return { subject: 'A sign-in from a new browser', sentence: `Your account was signed in to from a browser that you have not used here before: ${notice.device}, from ${notice.from}.` };
    case 'strange_tries':
      return { subject: 'Somebody tries to sign in as you', sentence: `Since midnight (UTC) there were ${notice.tries} wrong tries to sign in to your account, from browsers that you have never used, lately from ${notice.from}. Nobody got in by them, and each has to wait longer than the one before. You can sign in from your own browser as always. If you did not mistype it yourself, change your password if it is used anywhere else, or add a passkey.` };
    case 'recovery_address_added':
      return { subject: 'An address for getting back in was added', sentence: `${notice.address} was confirmed as an address to which recovery codes of your account are mailed.` };
    case 'recovery_address_removed':
      return { subject: 'An address for getting back in was removed', sentence: `${notice.address} was removed from the addresses to which recovery codes of your account are mailed.` };
    case 'reset_asked':
      return { subject: 'Somebody asked to reset how you sign in', sentence: `${notice.by} asked to reset how you sign in (${notice.reason.replace(/\s+/g, ' ')}). Nothing has changed yet: a second person must approve it.` };
    case 'reset_approved':
      return { subject: 'A reset of how you sign in was approved', sentence: `${notice.by} approved what ${notice.askedBy} had asked for: a temporary access pass that lets you set up a new way to sign in. It is handed over in person or by telephone, never by mail.` };
    case 'name_or_address_changed':
      return { subject: 'How you are known here was changed', sentence: [...(notice.username === null ? [] : [`The username of your account is ${notice.username} now.`]), ...(notice.workEmail === null ? [] : [`Mail about your account goes to ${notice.workEmail} from now on.`])].join(' ') };
    case 'recovered':
      return { subject: 'Your account was recovered', sentence: 'Somebody signed in to your account by recovery. Every other session of it has ended, on every device and in every application.' };
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Tells the person, at every address known, and hands them the way to say no (63B-4 4.2.3, 4.6, ASVS 6.3.7). The link carries no session:
 * all it can do is end them.
 */
export async function noticeIn(tx: Tx, needs: Pick<Needs, 'mailer' | 'config' | 'clock'>, person: Subject, notice: Notice, { except = null }: { readonly except?: string | null } = {}): Promise<void> {
  const { mailer, config } = needs;
  const known = [person.workEmail, person.privateEmail, ...(await confirmedAddressesOf(tx, person.personId))].filter((address) => address !== null && address.toLowerCase() !== except?.toLowerCase());
  const addresses = [...new Map(known.map((address) => [address!.toLowerCase(), address!])).values()];
  if (addresses.length === 0) return;
  const { subject, sentence } = inWords(notice);
  const link = await disavowalLinkIn(tx, needs, person.personId, notice.about);
  for (const to of addresses) {
    await mailer.post(tx, { to, subject: `${config.organisation}: ${subject}`, text: `${person.displayName},\n\n${sentence}\n\nIf this was you, there is nothing to do. If it was not you, open this link: it ends every session of your account at once.\n\n${link}` });
  }
}

/** "This was not me", as a link that works once and for fourteen days. */
export async function disavowalLinkIn(tx: Tx, { config, clock }: Pick<Needs, 'config' | 'clock'>, personId: string, about: string): Promise<string> {
  const now = clock.now();
  const secret = randomToken(256);
  await addDisavowal(tx, { digest: digestOf(secret), personId, about, createdAt: now, expiresAt: later(now, days(14)) });
  return new URL(`/not-me?token=${secret}`, config.url).href;
}
