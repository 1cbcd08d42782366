import { html, type Html } from '../../platform/html/index.ts';

const scopeWords: Readonly<Record<string, string>> = {
  openid: 'who you are',
  profile: 'your name, department and title',
  email: 'your work e-mail address',
  groups: 'what you hold in this application',
  offline_access: 'to stay signed in while you are away',
};

const back = (uid: string, csrf: string, label: string): Html =>
  html`<form method="post" action="/oauth2/interaction/${uid}"><input type="hidden" name="csrf" value="${csrf}"><button type="submit" name="decision" value="deny" id="back" class="secondary">${label}</button></form>`;

export const consentPage = (facts: { uid: string; csrf: string; application: string; person: string; scopes: readonly string[] }): Html => html`
  <h1>${facts.application} wants to know who you are</h1>
  <p>${facts.application} is not one of your company's own applications. If you agree, it learns:</p>
  <ul>${facts.scopes.map((scope) => html`<li>${scopeWords[scope] ?? scope}</li>`)}</ul>
  <p>You are signed in as ${facts.person}. You can take this back at any time on your own page.</p>
  <form method="post" action="/oauth2/interaction/${facts.uid}">
    <input type="hidden" name="csrf" value="${facts.csrf}">
    <button type="submit" name="decision" value="agree" id="agree">Agree and continue</button>
    <button type="submit" name="decision" value="deny" id="deny" class="secondary">Do not agree</button>
  </form>`;

export const keptOutPage = (facts: { uid: string; csrf: string; application: string; person: string }): Html => html`
  <h1>You have no access to ${facts.application}</h1>
  <p>You are signed in as ${facts.person}. ${facts.application} is open only to people who were given access, and nobody has given it to you.</p>
  <p>Ask your manager or an administrator for access to ${facts.application}.</p>
  ${back(facts.uid, facts.csrf, `Back to ${facts.application}`)}`;

export const tooWeakPage = (facts: { uid: string; csrf: string; application: string; person: string }): Html => html`
  <h1>${facts.application} needs a stronger sign-in</h1>
  <p>You are signed in as ${facts.person}, but not as strongly or not as freshly as ${facts.application} demands.</p>
  <p>Add a passkey on <a href="/">your own page</a>, then begin again.</p>
  ${back(facts.uid, facts.csrf, `Back to ${facts.application}`)}`;

export const otherPersonPage = (facts: { uid: string; csrf: string; application: string; person: string }): Html => html`
  <h1>${facts.application} expects somebody else</h1>
  <p>You are signed in as ${facts.person}. ${facts.application} asked for another person. If that is you too, <a href="/sign-out">sign out</a> first and begin again.</p>
  ${back(facts.uid, facts.csrf, `Back to ${facts.application}`)}`;
