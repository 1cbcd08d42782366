import { html, type Html } from '../../platform/html/index.ts';
import { hidden } from '../pages/forms.ts';
import type { Speaker } from '../pages/phrases.ts';
import type { Step } from '../sign-in/next-step.ts';
import type { EnrolmentAsk } from './enrolment-ask.ts';

interface Shown {
  readonly speaker: Speaker;
  readonly organisation: string;
  readonly step: Step;
  readonly signIn: { readonly progress: { readonly enrolment?: EnrolmentAsk } } | null;
}

/** Why the page asks for this, until when it can wait, and the way out for somebody who cannot. Nothing where no policy asks. */
export function enrolmentNote({ speaker, organisation, step, signIn }: Shown): Html {
  const asked = signIn?.progress.enrolment;
  const isOptional = step.is === 'enrol' && step.isOptional;
  if (isOptional && asked?.offer) return html`<p id="enrolment-note">${sayOffer(speaker, asked.offer)}</p>`;
  if (!asked?.must || isOptional || (step.is !== 'enrol' && step.is !== 'prove')) return html``;
  return html`<p id="enrolment-note">${speaker.say(asked.must.want.level === 3 ? 'enrolment_must_key' : 'enrolment_must', { organisation })} <a href="/enrol/help">${speaker.say('enrolment_help_link')}</a></p>`;
}

function sayOffer({ say, language }: Speaker, { until, skipsLeft }: NonNullable<EnrolmentAsk['offer']>): string {
  if (skipsLeft === null) return say('enrolment_offer');
  const day = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(until));
  return skipsLeft === 1 ? say('enrolment_offer_last', { day }) : say('enrolment_offer_counted', { day, left: skipsLeft });
}

export const helpForm = (csrf: string, { say }: Speaker): Html => html`<form method="post" action="/enrol/help">${hidden('csrf', csrf)}<button type="submit" class="plain">${say('enrolment_help_ask')}</button></form>`;
