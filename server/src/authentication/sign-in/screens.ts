import { html, trustedHtml, type Html } from '../../platform/html/index.ts';
import { enrolmentNote } from '../enrolment/page-parts.ts';
import { passwordRule } from '../factor/password.ts';
import type { TotpInvitation } from '../factor/totp.ts';
import { alert, field, hidden, ways } from '../pages/forms.ts';
import { keyHint, lacksKey } from '../passkey-model/screens.ts';
import type { Listing } from '../passkey-model/store.ts';
import type { PhraseName, Speaker } from '../pages/phrases.ts';
import { pushWaitScript } from '../pages/assets.ts';
import type { PushView } from '../push/ask-prompt.ts';
import type { Enrollable, Step } from './next-step.ts';
import type { Purpose, SignIn } from './sign-in.ts';
import type { Method } from './strength.ts';

/** What a page of the sign-in shows; one per thing asked for. */
export type Screen = 'username' | 'password' | 'totp' | 'push' | 'recovery-code' | 'mailed-code' | 'access-pass' | 'passkey' | 'certificate' | 'new-passkey' | 'new-password' | 'new-totp' | 'codes' | 'lacks-key';

export interface Said {
  readonly phrase: PhraseName;
  readonly facts?: Readonly<Record<string, string | number>>;
}

export interface View {
  readonly speaker: Speaker;
  readonly organisation: string;
  /** Of this house, as people type it. */
  readonly host: string;
  readonly csrf: string;
  /** Of the session, where a step-up happens inside one: the script sends it with its questions. */
  readonly sessionCsrf: string | null;
  readonly signIn: SignIn | null;
  readonly purpose: Purpose;
  readonly step: Step;
  /** What has just come to a good end. */
  readonly told: PhraseName | null;
  readonly problem: Said | null;
  readonly typed: string;
  readonly returnTo: string;
  readonly stepUp: string;
  /** The moment, as milliseconds, for the page on which a sign-in begins. */
  readonly began: string;
  /** The screen that whoever opened the page came for, as a printed link names it: the username comes first, and it is shown then. */
  readonly wish: Screen | null;
  /** There is a way in for client certificates. */
  readonly hasCertificateDoor: boolean;
}

export interface Shown {
  readonly title: string;
  readonly content: Html;
}

const screenOfMethod: Readonly<Partial<Record<Method, Screen>>> = { password: 'password', totp: 'totp', push: 'push', 'recovery-code': 'recovery-code', 'mailed-code': 'mailed-code', 'access-pass': 'access-pass', passkey: 'passkey', certificate: 'certificate' };
const screenOfEnrollable: Readonly<Record<Enrollable, Screen>> = { passkey: 'new-passkey', password: 'new-password', totp: 'new-totp' };

/** Every screen that the step allows, the proposed one first. What is not here is not taken. */
export function screensOf(step: Step): readonly Screen[] {
  switch (step.is) {
    case 'identify':
      return ['username', 'passkey', 'certificate'];
    case 'prove':
      return step.options.flatMap((method) => screenOfMethod[method] ?? []);
    case 'enrol':
      return step.options.map((factor) => screenOfEnrollable[factor]);
    case 'lacks-key':
      return ['lacks-key', 'new-passkey'];
    case 'save-codes':
      return ['codes'];
    case 'done':
      return [];
  }
}

/** Which page shows this step. */
export const pathOf = (step: Step, purpose: Purpose): '/sign-in' | '/enrol' | '/recover' => (step.is === 'enrol' || step.is === 'lacks-key' || step.is === 'save-codes' ? '/enrol' : purpose === 'recover' ? '/recover' : '/sign-in');

const sayProblem = ({ speaker, problem }: View): string | null => (problem ? speaker.say(problem.phrase, problem.facts) : null);

function form(view: View, screen: Screen, inside: Html, button: PhraseName = 'continue'): Html {
  const path = pathOf(view.step, view.purpose);
  return html`<form method="post" action="${path}" novalidate>${hidden('csrf', view.csrf)}${hidden('step', screen)}${inside}<button type="submit">${view.speaker.say(button)}</button></form>`;
}

/** Hidden until the script has found that the browser can: without script there is nothing to press. */
function passkeyForm(view: View, options: { enrol: boolean; button: PhraseName; isPlain: boolean; hasAutofill: boolean }): Html {
  const path = pathOf(view.step, view.purpose);
  const endpoint = options.enrol ? '/enrol/passkey-options' : '/sign-in/passkey-options';
  return html`<form id="passkey-form" method="post" action="${path}" hidden data-passkey="${options.enrol ? 'enrol' : 'prove'}" data-options="${endpoint}"${options.hasAutofill ? html` data-autofill` : ''}${view.sessionCsrf ? html` data-csrf="${view.sessionCsrf}"` : ''}>${hidden('csrf', view.csrf)}${hidden('step', options.enrol ? 'new-passkey' : 'passkey')}${hidden('response', '')}${hidden('return_to', view.returnTo)}${hidden('step_up', view.stepUp)}${view.signIn ? '' : hidden('began', view.began)}<p class="error" id="passkey-problem" role="alert" hidden>${view.speaker.say('wrong_passkey')}</p><button type="submit"${options.isPlain ? html` class="plain"` : ''}>${view.speaker.say(options.button)}</button></form>`;
}

const wayTo: Readonly<Partial<Record<Screen, PhraseName>>> = {
  password: 'use_password',
  totp: 'use_totp',
  'recovery-code': 'use_recovery_code',
  'mailed-code': 'use_mailed_code',
  'access-pass': 'use_access_pass',
  passkey: 'use_passkey',
  certificate: 'use_certificate',
  push: 'use_push',
  'new-password': 'enrol_password_instead',
  'new-totp': 'enrol_totp_instead',
  'new-passkey': 'enrol_passkey_instead',
};

const usedUp: readonly Method[] = ['access-pass', 'setup-link', 'recovery-code', 'mailed-code'];

function otherWays(view: View, screen: Screen, leftOut: readonly Screen[] = []): Html {
  const path = pathOf(view.step, view.purpose);
  const { say } = view.speaker;
  const isEarly = view.signIn !== null && view.signIn.proofs.length === 0 && view.signIn.purpose === 'sign-in';
  return ways([
    ...screensOf(view.step)
      .filter((one) => one !== screen && !leftOut.includes(one) && wayTo[one] && (one !== 'certificate' || view.hasCertificateDoor))
      .map((one) => [`${path}?with=${one}`, say(wayTo[one]!)] as const),
    ...(isEarly ? [['/recover', say('lost_access')] as const] : []),
    // Not after something that works once: starting again would cost a second pass, or the set-up link.
    ...(view.signIn && view.purpose !== 'step-up' && !view.signIn.proofs.some((proof) => usedUp.includes(proof.method)) ? [['/sign-in?again=1', say('back')] as const] : []),
  ]);
}

function heading(view: View, phrase: PhraseName): { title: string; top: Html } {
  const { say } = view.speaker;
  const title = say(phrase, { organisation: view.organisation });
  const name = view.signIn?.username;
  return { title, top: html`<h1>${title}</h1>${view.purpose === 'step-up' ? html`<p class="hint">${say('step_up_hint')}</p>` : ''}${name ? html`<p class="hint">${say('signing_in_as', { username: name })}</p>` : ''}${enrolmentNote(view)}` };
}

const usernameHidden = (view: View): Html => (view.signIn?.username ? html`<input type="text" name="username" value="${view.signIn.username}" autocomplete="username" hidden>` : html``);

type Draw = (view: View, extra: Extra) => Shown;

export interface Extra {
  readonly totp: TotpInvitation | null;
  readonly codes: readonly string[];
  /** Models on the list, where level 3 is wanted. */
  readonly listed?: Listing;
  readonly push: PushView | null;
  /** A recovery code was asked for here; nothing is said about whether one was mailed. */
  readonly isCodeMailed: boolean;
}

const screens: Readonly<Record<Screen, Draw>> = {
  username(view) {
    const { say } = view.speaker;
    const isRecovery = view.purpose === 'recover';
    const title = isRecovery ? say('recover_title') : say('sign_in_to', { organisation: view.organisation });
    const action = isRecovery ? '/recover' : '/sign-in';
    return {
      title,
      content: html`<h1>${title}</h1>${view.told ? html`<p role="status">${say(view.told)}</p>` : ''}${isRecovery ? html`<p class="hint">${say('recover_hint')}</p>` : ''}<form method="post" action="${action}" novalidate>${hidden('csrf', view.csrf)}${hidden('step', 'username')}${hidden('return_to', view.returnTo)}${hidden('step_up', view.stepUp)}${hidden('began', view.began)}${view.wish ? hidden('with', view.wish) : ''}${field({ name: 'username', label: say('username'), autocomplete: isRecovery ? 'username' : 'username webauthn', value: view.typed, error: problemOfField(view), isFirst: true, maxLength: 254 })}<button type="submit">${say('continue')}</button></form>${isRecovery ? ways([['/sign-in', say('sign_in')]]) : html`${passkeyForm(view, { enrol: false, button: 'use_passkey', isPlain: true, hasAutofill: true })}${certificateForm(view, { isPlain: true })}${ways([['/recover', say('lost_access')]])}`}`,
    };
  },
  password(view) {
    const { say } = view.speaker;
    const { title, top } = heading(view, view.purpose === 'step-up' ? 'step_up_title' : 'sign_in_to');
    return {
      title,
      content: html`${top}${form(view, 'password', html`${usernameHidden(view)}${field({ name: 'password', label: say('password'), type: 'password', autocomplete: 'current-password', error: problemOfField(view), isFirst: true }, view.speaker)}`)}${screensOf(view.step).includes('passkey') ? passkeyForm(view, { enrol: false, button: 'use_passkey', isPlain: true, hasAutofill: false }) : ''}${namesByItself(view) ? certificateForm(view, { isPlain: true }) : ''}${otherWays(view, 'password', ['passkey'])}`,
    };
  },
  totp(view) {
    const { title, top } = heading(view, 'code_title');
    return { title, content: html`${top}${form(view, 'totp', field({ name: 'code', label: view.speaker.say('code_from_app'), autocomplete: 'one-time-code', inputmode: 'numeric', code: true, error: sayProblem(view), isFirst: true, maxLength: 12 }))}${otherWays(view, 'totp')}` };
  },
  'recovery-code'(view) {
    const { say } = view.speaker;
    const { title, top } = heading(view, 'recovery_title');
    return { title, content: html`${top}${form(view, 'recovery-code', field({ name: 'code', label: say('recovery_code'), hint: say('recovery_hint'), autocomplete: 'off', error: sayProblem(view), isFirst: true, maxLength: 64 }))}${otherWays(view, 'recovery-code')}` };
  },
  'mailed-code'(view, { isCodeMailed }) {
    const { say } = view.speaker;
    const { title, top } = heading(view, 'mailed_code_title');
    const send = (button: PhraseName, isPlain: boolean): Html => html`<form method="post" action="${pathOf(view.step, view.purpose)}">${hidden('csrf', view.csrf)}${hidden('step', 'mailed-code')}<button type="submit" name="send" value="yes"${isPlain ? html` class="plain"` : ''}>${say(button)}</button></form>`;
    return {
      title,
      content: isCodeMailed
        ? html`${top}<p role="status">${say('mailed_code_sent')}</p>${form(view, 'mailed-code', field({ name: 'code', label: say('mailed_code'), autocomplete: 'one-time-code', inputmode: 'numeric', code: true, error: sayProblem(view), isFirst: true, maxLength: 20 }))}${send('mail_code_again', true)}${otherWays(view, 'mailed-code')}`
        : html`${top}<p>${say('mailed_code_hint')}</p>${alert(sayProblem(view))}${send('mail_code', false)}${otherWays(view, 'mailed-code')}`,
    };
  },
  'access-pass'(view) {
    const { say } = view.speaker;
    const { title, top } = heading(view, 'pass_title');
    return { title, content: html`${top}${form(view, 'access-pass', field({ name: 'code', label: say('pass_code'), hint: say('pass_hint'), autocomplete: 'one-time-code', code: true, error: sayProblem(view), isFirst: true, maxLength: 64 }))}${otherWays(view, 'access-pass')}` };
  },
  passkey(view, { listed }) {
    const { say } = view.speaker;
    const isNew = view.signIn?.progress.enrolled.includes('passkey') ?? false;
    const { title, top } = heading(view, view.purpose === 'step-up' ? 'step_up_title' : 'passkey_title');
    return {
      title,
      content: html`${top}<p class="hint">${say(isNew ? 'passkey_confirm_hint' : 'passkey_hint')}</p>${keyHint(view.speaker, listed, 'prove')}${alert(sayProblem(view))}<p data-without-script>${say('passkey_needs_script')}</p>${passkeyForm(view, { enrol: false, button: 'use_passkey', isPlain: false, hasAutofill: false })}${otherWays(view, 'passkey')}`,
    };
  },
  push(view, { push }) {
    const { say } = view.speaker;
    const { title, top } = heading(view, view.purpose === 'step-up' ? 'step_up_title' : 'push_title');
    const ask = (button: PhraseName) => html`<form method="post" action="${pathOf(view.step, view.purpose)}">${hidden('csrf', view.csrf)}${hidden('step', 'push')}${hidden('response', 'ask')}<button type="submit" id="push-ask">${say(button)}</button></form>`;
    if (push?.is === 'waiting' || push?.is === 'approved') {
      const { digits } = push;
      // Read by screen readers one by one, and by eyes across a desk.
      const shown = html`<p>${say('push_digits_hint')}</p><p class="push-digits" id="push-digits" role="img" aria-label="${[...digits].join(' ')}">${digits.slice(0, 3)} ${digits.slice(3)}</p><p class="hint">${say('push_open_at', { address: `${view.host}/push` })}</p>`;
      return {
        title,
        content: html`${top}${alert(sayProblem(view))}${push.is === 'approved' ? html`<p role="status">${say('push_approved')}</p>` : shown}<form id="push-wait" method="post" action="${pathOf(view.step, view.purpose)}" data-seconds="${push.secondsLeft}" data-text="${say('push_seconds')}">${hidden('csrf', view.csrf)}${hidden('step', 'push')}<p class="hint" id="push-left" aria-hidden="true" hidden></p><button type="submit">${say(push.is === 'approved' ? 'continue' : 'push_answered')}</button></form><script src="${pushWaitScript.path}" defer></script>${otherWays(view, 'push')}`,
      };
    }
    if (push?.is === 'off') return { title, content: html`${top}${alert(say('push_off'))}${otherWays(view, 'push')}` };
    const past: Partial<Record<string, PhraseName>> = { expired: 'push_expired', denied: 'push_denied', disavowed: 'push_denied', wrong: 'push_wrong' };
    const happened = push?.is === 'ready' ? past[push.last] : undefined;
    return { title, content: html`${top}${alert(sayProblem(view) ?? (happened ? say(happened) : null))}${happened ? '' : html`<p>${say('push_hint')}</p>`}${ask(happened ? 'push_ask_again' : 'push_ask')}${otherWays(view, 'push')}` };
  },
  'new-passkey'(view, { listed }) {
    const { say } = view.speaker;
    const { title, top } = heading(view, 'enrol_title');
    return {
      title,
      content: html`${top}${listed ? keyHint(view.speaker, listed, 'enrol') : html`<p>${say('enrol_passkey_hint')}</p>`}${alert(sayProblem(view))}<p class="hint" data-without-script>${say('passkey_needs_script')}</p>${passkeyForm(view, { enrol: true, button: 'enrol_passkey', isPlain: false, hasAutofill: false })}${skip(view)}${listed ? ways([wayOut(view)]) : otherWays(view, 'new-passkey')}`,
    };
  },
  'new-password'(view) {
    const { say } = view.speaker;
    const { title, top } = heading(view, 'new_password_title');
    return {
      title,
      content: html`${top}${form(view, 'new-password', html`${usernameHidden(view)}${field({ name: 'password', label: say('new_password'), type: 'password', autocomplete: 'new-password', hint: say('new_password_hint', { atLeast: passwordRule.minimumWithSecondFactor }), error: sayProblem(view), isFirst: true }, view.speaker)}`)}${skip(view)}${otherWays(view, 'new-password')}`,
    };
  },
  'new-totp'(view, { totp }) {
    const { say } = view.speaker;
    const { title, top } = heading(view, 'totp_title');
    return {
      title,
      content: html`${top}<p>${say('totp_hint')}</p>${totp ? html`<div class="qr" role="img" aria-label="${say('qr_label')}">${trustedHtml(totp.qr)}</div><p class="hint">${say('totp_key')} <code id="totp-key">${totp.secret.match(/.{1,4}/g)!.join(' ')}</code></p><p><a href="${totp.uri}">${say('totp_open')}</a></p>` : ''}${form(view, 'new-totp', field({ name: 'code', label: say('code_from_app'), autocomplete: 'one-time-code', inputmode: 'numeric', code: true, error: sayProblem(view), maxLength: 12 }))}${skip(view)}${otherWays(view, 'new-totp')}`,
    };
  },
  'lacks-key'(view, { listed }) {
    const title = view.speaker.say('lacks_key_title');
    return { title, content: html`<h1>${title}</h1>${lacksKey(view.speaker, listed)}${ways([['/enrol?with=new-passkey', view.speaker.say('lacks_key_try')], wayOut(view)])}` };
  },
  certificate(view) {
    const { say } = view.speaker;
    const { title, top } = heading(view, view.purpose === 'step-up' ? 'step_up_title' : 'certificate_title');
    return { title, content: html`${top}<p class="hint">${say(view.hasCertificateDoor ? 'certificate_hint' : 'certificate_no_door')}</p>${alert(sayProblem(view))}${certificateForm(view, { isPlain: false })}${otherWays(view, 'certificate')}` };
  },
  codes(view, { codes }) {
    const { say } = view.speaker;
    const title = say('codes_title');
    return { title, content: html`<h1>${title}</h1><p>${say(codes.length < 10 ? 'codes_replacement_hint' : 'codes_hint')}</p><ul class="codes" id="recovery-codes">${codes.map((code) => html`<li>${code}</li>`)}</ul>${form(view, 'codes', html``, 'codes_saved')}` };
  },
};

/** Where level 3 is wanted and out of reach: back to where the session stands as it was, or a sign-in without it. Whoever asked for level 3 judges again. Where a rule of the house asks, only people can help. */
function wayOut({ purpose, returnTo, signIn, speaker: { say } }: View): readonly [string, string] {
  if (purpose === 'step-up') return [returnTo, say('lacks_key_leave')];
  return signIn?.progress.enrolment?.must?.want.level === 3 ? ['/enrol/help', say('enrolment_help_link')] : ['/sign-in?again=1', say('lacks_key_without')];
}

const isAboutCertificate = ({ problem }: View): boolean => problem?.phrase.startsWith('certificate_') ?? false;
/** What went wrong with the certificate stands at its button, not under a field that is right. */
const problemOfField = (view: View): string | null => (isAboutCertificate(view) ? null : sayProblem(view));

/** Nothing is proven yet: like a passkey, a certificate says by itself whose it is. */
export const namesByItself = ({ signIn, purpose }: Pick<View, 'signIn' | 'purpose'>): boolean => purpose === 'sign-in' && (signIn === null || signIn.proofs.length === 0);

/** A form, not a link: what follows begins something, and no foreign page may begin it (CSRF). */
function certificateForm(view: View, { isPlain }: { isPlain: boolean }): Html {
  if (!view.hasCertificateDoor) return html``;
  return html`<form id="certificate-form" method="post" action="${pathOf(view.step, view.purpose)}">${hidden('csrf', view.csrf)}${hidden('step', 'certificate')}${hidden('return_to', view.returnTo)}${hidden('step_up', view.stepUp)}${isPlain && isAboutCertificate(view) ? alert(sayProblem(view)) : ''}<button type="submit"${isPlain ? html` class="plain"` : ''}>${view.speaker.say('use_certificate')}</button></form>`;
}

function skip(view: View): Html {
  if (view.step.is !== 'enrol' || !view.step.isOptional) return html``;
  return html`<form method="post" action="/enrol">${hidden('csrf', view.csrf)}${hidden('step', 'skip')}<button type="submit" class="plain">${view.speaker.say(view.signIn?.progress.enrolment?.offer ? 'enrolment_later' : 'skip')}</button></form>`;
}

/** Of what an address or a form may name, only what there is. */
export const namedScreen = (name: string | undefined): Screen | null => (name !== undefined && Object.hasOwn(screens, name) ? (name as Screen) : null);

export const drawScreen = (screen: Screen, view: View, extra: Extra): Shown => screens[screen](view, extra);
