import type { Speaker } from '../../authentication/index.ts';
import { html, type Html } from '../../platform/html/index.ts';

/** What a scope lets an application learn; anything else is shown by its name. */
const scopePhrases = { openid: 'app_scope_openid', profile: 'app_scope_profile', email: 'app_scope_email', groups: 'app_scope_groups', offline_access: 'app_scope_offline' } as const;

export interface Facts {
  readonly uid: string;
  readonly csrf: string;
  readonly application: string;
  readonly person: string;
}

export interface Shown {
  readonly title: string;
  readonly content: Html;
}

const signedInAs = ({ say }: Speaker, { person }: Facts): string => say('app_signed_in_as', { person });

const back = ({ say }: Speaker, { uid, csrf, application }: Facts): Html =>
  html`<form method="post" action="/oauth2/interaction/${uid}"><input type="hidden" name="csrf" value="${csrf}"><button type="submit" name="decision" value="deny" id="back" class="plain">${say('app_back', { application })}</button></form>`;

export function consentPage(speaker: Speaker, facts: Facts & { readonly scopes: readonly string[] }): Shown {
  const { say } = speaker;
  const { application } = facts;
  const title = say('app_consent_title', { application });
  const wordsOf = (scope: string): string => (Object.hasOwn(scopePhrases, scope) ? say(scopePhrases[scope as keyof typeof scopePhrases]) : scope);
  return {
    title,
    content: html`
  <h1>${title}</h1>
  <p>${say('app_consent_text', { application })}</p>
  <ul>${facts.scopes.map((scope) => html`<li>${wordsOf(scope)}</li>`)}</ul>
  <p>${signedInAs(speaker, facts)} ${say('app_consent_later')}</p>
  <form method="post" action="/oauth2/interaction/${facts.uid}">
    <input type="hidden" name="csrf" value="${facts.csrf}">
    <div class="choices"><button type="submit" name="decision" value="agree" id="agree">${say('app_agree')}</button>
    <button type="submit" name="decision" value="deny" id="deny" class="plain">${say('app_disagree')}</button></div>
  </form>`,
  };
}

export function keptOutPage(speaker: Speaker, facts: Facts): Shown {
  const { say } = speaker;
  const { application } = facts;
  const title = say('app_kept_out_title', { application });
  return { title, content: html`<h1>${title}</h1><p>${signedInAs(speaker, facts)} ${say('app_kept_out_text', { application })}</p><p>${say('app_kept_out_next', { application })}</p>${back(speaker, facts)}` };
}

export function tooWeakPage(speaker: Speaker, facts: Facts): Shown {
  const { say } = speaker;
  const { application } = facts;
  const title = say('app_too_weak_title', { application });
  return { title, content: html`<h1>${title}</h1><p>${signedInAs(speaker, facts)} ${say('app_too_weak_text', { application })}</p><p>${say('app_too_weak_next')}</p><p><a class="button" href="/security">${say('app_own_page')}</a></p>${back(speaker, facts)}` };
}

export function otherPersonPage(speaker: Speaker, facts: Facts): Shown {
  const { say } = speaker;
  const { application } = facts;
  const title = say('app_other_title', { application });
  return { title, content: html`<h1>${title}</h1><p>${signedInAs(speaker, facts)} ${say('app_other_text', { application })}</p><p><a class="button" href="/sign-out">${say('sign_out')}</a></p>${back(speaker, facts)}` };
}
