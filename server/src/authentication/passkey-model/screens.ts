import { html, type Html } from '../../platform/html/index.ts';
import type { Speaker } from '../pages/phrases.ts';
import type { Listing } from './store.ts';

/** Pages of the sign-in that say which kind of key is needed, where level 3 is wanted. */
export const keyScreens: readonly string[] = ['passkey', 'new-passkey', 'lacks-key'];

/** Which kind of key reaches level 3, before somebody touches one. */
export function keyHint({ say }: Speaker, listed: Listing | undefined, doing: 'prove' | 'enrol'): Html {
  if (!listed) return html``;
  if (listed.count === 0) return html`<p class="hint">${say('key_none_listed')}</p>`;
  return html`<p class="hint">${say(doing === 'prove' ? 'key_needed' : 'key_needed_new')}</p>${models(say, listed)}`;
}

/** After a key of another kind was set up. */
export const lacksKey = ({ say }: Speaker, listed: Listing | undefined): Html => (listed && listed.count > 0 ? html`<p>${say('lacks_key_text')}</p>${models(say, listed)}` : html`<p>${say('lacks_key_none')}</p>`);

function models(say: Speaker['say'], { names, count }: Listing): Html {
  return html`<ul class="models">${names.map((name) => html`<li>${name}</li>`)}${count > names.length ? html`<li>${say('key_more', { count: count - names.length })}</li>` : ''}</ul>`;
}
