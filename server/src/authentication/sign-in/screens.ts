import { html, trustedHtml, type Html } from '../../platform/html/index.ts';
import { passwordRule } from '../factor/password.ts';
import type { TotpInvitation } from '../factor/totp.ts';
import { alert, field, hidden, ways } from '../pages/forms.ts';
import { keyHint, lacksKey } from '../passkey-model/screens.ts';
import type { Listing } from '../passkey-model/store.ts';
import type { PhraseName, Speaker } from '../pages/phrases.ts';
import type { Enrollable, Step } from './next-step.ts';
import type { Purpose, SignIn } from './sign-in.ts';
import type { Method } from './strength.ts';

/** What a page of the sign-in shows; one per thing asked for. */
export type Screen = 'username' | 'password' | 'totp' | 'recovery-code' | 'access-pass' | 'passkey' | 'new-passkey' | 'new-password' | 'new-totp' | 'codes' | 'lacks-key';

export interface Said {
  readonly phrase: PhraseName;
  readonly facts?: Readonly<Record<string, string | number>>;
}

export interface View {
  readonly speaker: Speaker;
  readonly organisation: string;
  readonly csrf: string;
  /** Of the session, where a step-up happens inside one: the script sends it with its questions. */
  readonly sessionCsrf: string | null;
  readonly signIn: SignIn | null;
  readonly purpose: Purpose;
  readonly step: Step;
  readonly problem: Said | null;
  readonly typed: string;
  readonly returnTo: string;
  readonly stepUp: string;
  /** The moment, as milliseconds, for the page on which a sign-in begins. */
  readonly began: string;
}

export interface Shown {
  readonly title: string;
  readonly content: Html;
}

const screenOfMethod: Readonly<Partial<Record<Method, Screen>>> = { password: 'password', totp: 'totp', 'recovery-code': 'recovery-code', 'access-pass': 'access-pass', passkey: 'passkey' };
const screenOfEnrollable: Readonly<Record<Enrollable, Screen>> = { passkey: 'new-passkey', password: 'new-password', totp: 'new-totp' };

/** Every screen that the step allows, the proposed one first. What is not here is not taken. */
export function screensOf(step: Step): readonly Screen[] {
  switch (step.is) {
    case 'identify':
      return ['username', 'passkey'];
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
  'access-pass': 'use_access_pass',
  passkey: 'use_passkey',
  'new-password': 'enrol_password_instead',
  'new-totp': 'enrol_totp_instead',
  'new-passkey': 'enrol_passkey_instead',
};

const usedUp: readonly Method[] = ['access-pass', 'setup-link', 'recovery-code'];

function otherWays(view: View, screen: Screen, leftOut: readonly Screen[] = []): Html {
  const path = pathOf(view.step, view.purpose);
  const { say } = view.speaker;
  const isEarly = view.signIn !== null && view.signIn.proofs.length === 0 && view.signIn.purpose === 'sign-in';
  return ways([
    ...screensOf(view.step)
      .filter((one) => one !== screen && !leftOut.includes(one) && wayTo[one])
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
  return { title, top: html`<h1>${title}</h1>${view.purpose === 'step-up' ? html`<p class="hint">${say('step_up_hint')}</p>` : ''}${name ? html`<p class="hint">${say('signing_in_as', { username: name })}</p>` : ''}` };
}

const usernameHidden = (view: View): Html => (view.signIn?.username ? html`<input type="text" name="username" value="${view.signIn.username}" autocomplete="username" hidden>` : html``);

type Draw = (view: View, extra: Extra) => Shown;

export interface Extra {
  readonly totp: TotpInvitation | null;
  readonly codes: readonly string[];
  /** Models on the list, where level 3 is wanted. */
  readonly listed?: Listing;
}

const screens: Readonly<Record<Screen, Draw>> = {
  username(view) {
    const { say } = view.speaker;
    const isRecovery = view.purpose === 'recover';
    const title = isRecovery ? say('recover_title') : say('sign_in_to', { organisation: view.organisation });
    const action = isRecovery ? '/recover' : '/sign-in';
    return {
      title,
      content: html`<h1>${title}</h1>${isRecovery ? html`<p class="hint">${say('recover_hint')}</p>` : ''}<form method="post" action="${action}" novalidate>${hidden('csrf', view.csrf)}${hidden('step', 'username')}${hidden('return_to', view.returnTo)}${hidden('step_up', view.stepUp)}${hidden('began', view.began)}${field({ name: 'username', label: say('username'), autocomplete: isRecovery ? 'username' : 'username webauthn', value: view.typed, error: sayProblem(view), isFirst: true, maxLength: 254 })}<button type="submit">${say('continue')}</button></form>${isRecovery ? ways([['/sign-in', say('sign_in')]]) : html`${passkeyForm(view, { enrol: false, button: 'use_passkey', isPlain: true, hasAutofill: true })}${ways([['/recover', say('lost_access')]])}`}`,
    };
  },
  password(view) {
    const { say } = view.speaker;
    const { title, top } = heading(view, view.purpose === 'step-up' ? 'step_up_title' : 'sign_in_to');
    return {
      title,
      content: html`${top}${form(view, 'password', html`${usernameHidden(view)}${field({ name: 'password', label: say('password'), type: 'password', autocomplete: 'current-password', error: sayProblem(view), isFirst: true }, view.speaker)}`)}${screensOf(view.step).includes('passkey') ? passkeyForm(view, { enrol: false, button: 'use_passkey', isPlain: true, hasAutofill: false }) : ''}${otherWays(view, 'password', ['passkey'])}`,
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
  'new-passkey'(view, { listed }) {
    const { say } = view.speaker;
    const { title, top } = heading(view, 'enrol_title');
    return {
      title,
      content: html`${top}<p>${say('enrol_passkey_hint')}</p>${keyHint(view.speaker, listed, 'enrol')}${alert(sayProblem(view))}<p class="hint" data-without-script>${say('passkey_needs_script')}</p>${passkeyForm(view, { enrol: true, button: 'enrol_passkey', isPlain: false, hasAutofill: false })}${skip(view)}${otherWays(view, 'new-passkey')}`,
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
    const { title, top } = heading(view, 'lacks_key_title');
    return { title, content: html`${top}${lacksKey(view.speaker, listed)}${ways([['/enrol?with=new-passkey', view.speaker.say('lacks_key_try')], view.purpose === 'step-up' ? [view.returnTo, view.speaker.say('lacks_key_leave')] : ['/sign-in?again=1', view.speaker.say('lacks_key_without')]])}` };
  },
  codes(view, { codes }) {
    const { say } = view.speaker;
    const title = say('codes_title');
    return { title, content: html`<h1>${title}</h1><p>${say(codes.length < 10 ? 'codes_replacement_hint' : 'codes_hint')}</p><ul class="codes" id="recovery-codes">${codes.map((code) => html`<li>${code}</li>`)}</ul>${form(view, 'codes', html``, 'codes_saved')}` };
  },
};

function skip(view: View): Html {
  if (view.step.is !== 'enrol' || !view.step.isOptional) return html``;
  return html`<form method="post" action="/enrol">${hidden('csrf', view.csrf)}${hidden('step', 'skip')}<button type="submit" class="plain">${view.speaker.say('skip')}</button></form>`;
}

export const drawScreen = (screen: Screen, view: View, extra: Extra): Shown => screens[screen](view, extra);
