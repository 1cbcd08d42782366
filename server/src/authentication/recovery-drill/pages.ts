import { z } from 'zod';
import { html, type Html } from '../../platform/html/index.ts';
import { networkOf, page, redirect, route, type AnyRoute, type Answer, type PageFrame, type Principal, type RequestFacts } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { alert, field, hidden, ways } from '../pages/forms.ts';
import { speakerFor, type PhraseName, type Speaker } from '../pages/phrases.ts';
import type { Devices } from '../throttle/device.ts';
import { beginPractice, findPractising, giveUp, mailPracticeCode, practise, type Practising } from './practise.ts';

const here = '/recover/practise';
const text = z.string().max(200).default('');
const posted = z.object({ step: z.string().max(40), code: text, act: z.enum(['', 'send', 'give-up']).default('') });

interface Visit {
  readonly principal: Principal | null;
  readonly request: RequestFacts;
  readonly cookies: Readonly<Record<string, string | undefined>>;
  readonly csrf: string;
  readonly languages: readonly string[];
}

interface Problem {
  readonly phrase: PhraseName;
  readonly facts?: Readonly<Record<string, string | number>>;
}

/** The rehearsal, on pages like the real ones. It takes place inside a session, and whoever has none signs in first. */
export function practicePages(needs: Needs & { readonly pageFrame: PageFrame; readonly devices: Devices }): readonly AnyRoute[] {
  const isOpen = 'asks for a session by itself and sends to the sign-in; shows nothing of anybody else';

  function show(visit: Visit, who: Practising, problem: Problem | null, status = 200): Answer {
    const speaker = speakerFor(visit.languages);
    const title = speaker.say('practise_title');
    return page(needs.pageFrame.frame({ title, content: html`<h1>${title}</h1>${draw(who, visit.csrf, speaker, problem && speaker.say(problem.phrase, problem.facts))}`, languages: visit.languages }), { status });
  }

  return [
    route({
      method: 'GET',
      path: here,
      permission: null,
      public: isOpen,
      summary: 'Practise getting back in',
      run: async (visit) => {
        const who = await findPractising(needs, visit.principal);
        return who ? show(visit, who, null) : redirect(`/sign-in?return_to=${encodeURIComponent(here)}`);
      },
    }),
    route({
      method: 'POST',
      path: here,
      permission: null,
      public: isOpen,
      summary: 'One step of practising',
      accepts: 'form',
      body: posted,
      run: async ({ body, ...visit }) => {
        await needs.rateLimits.take(`practise ${networkOf(visit.request.address)}`, 120, 60);
        const who = await findPractising(needs, visit.principal);
        if (!who) return redirect(`/sign-in?return_to=${encodeURIComponent(here)}`);
        if (body.step === 'begin') {
          await beginPractice(needs, who);
          return redirect(here);
        }
        // A page of another moment: show where it really stands.
        if (body.step !== who.due) return redirect(here);
        if (body.act === 'give-up') {
          await giveUp(needs, who);
          return redirect(here);
        }
        if (body.act === 'send') {
          const asked = await mailPracticeCode(needs, who);
          return asked.is === 'wait' ? show(visit, who, { phrase: 'wait_for_code', facts: { minutes: Math.ceil(asked.seconds / 60) } }, 429) : redirect(here);
        }
        if (who.due !== 'second-device' && body.code.trim() === '') return show(visit, who, { phrase: 'missing' }, 400);
        const outcome = await practise(needs, who, { address: visit.request.address, deviceId: needs.devices.read(visit.cookies) }, body.code);
        if (outcome.is === 'right') return redirect(here);
        if (outcome.is === 'wait') return show(visit, who, { phrase: 'wait', facts: { seconds: outcome.seconds } }, 429);
        return show(visit, who, { phrase: ({ 'saved-code': 'practise_wrong_saved', 'mailed-code': 'wrong_mailed_code', 'second-device': 'practise_not_seen' } as const)[who.due] }, 401);
      },
    }),
  ];
}

function draw(who: Practising, csrf: string, { say }: Speaker, problem: string | null): Html {
  const { drill, due, steps } = who;
  const form = (step: string, inside: Html, button: PhraseName, act = '', isPlain = false): Html =>
    html`<form method="post" action="${here}" novalidate>${hidden('csrf', csrf)}${hidden('step', step)}${inside}<button type="submit"${act ? html` name="act" value="${act}"` : ''}${isPlain ? html` class="plain"` : ''}>${say(button)}</button></form>`;
  const home = ways([['/security', say('practise_to_security')]]);
  if (!drill) return html`<p>${say('practise_none')}</p>${home}`;
  if (!drill.begunAt) return html`<p>${say('practise_hint')}</p><p class="hint">${say('practise_harmless')}</p>${form('begin', html``, 'practise_begin')}`;
  if (!due) {
    const isAble = drill.isAble === true;
    return html`<p role="status"><strong>${say(isAble ? 'practise_able' : 'practise_unable')}</strong></p><ul>${steps.map((step) => html`<li>${say(({ 'saved-code': 'practise_saved_title', 'mailed-code': 'practise_mailed_title', 'second-device': 'practise_device_title' } as const)[step])}: ${say(who.done.includes(step) ? 'practise_done' : 'practise_could_not')}</li>`)}</ul>${isAble ? '' : html`<p>${say('practise_unable_hint')}</p>`}<a class="button" href="/security">${say('practise_to_security')}</a>`;
  }
  const progress = html`<p class="hint">${say('practise_step', { step: steps.indexOf(due) + 1, steps: steps.length })}</p>`;
  const cannot = (button: PhraseName): Html => form(due, html``, button, 'give-up', true);
  switch (due) {
    case 'saved-code':
      return html`${progress}<p>${say('practise_saved_hint')}</p>${form(due, field({ name: 'code', label: say('recovery_code'), hint: say('practise_kept'), autocomplete: 'off', error: problem, isFirst: true, maxLength: 64 }), 'continue')}${cannot('practise_saved_lost')}`;
    case 'mailed-code':
      return who.isCodeMailed
        ? html`${progress}<p role="status">${say('mailed_code_sent')}</p>${form(due, field({ name: 'code', label: say('mailed_code'), autocomplete: 'one-time-code', inputmode: 'numeric', code: true, error: problem, isFirst: true, maxLength: 20 }), 'continue')}${form(due, html``, 'mail_code_again', 'send', true)}${cannot('practise_mail_lost')}`
        : html`${progress}<p>${say('practise_mailed_hint')}</p>${alert(problem)}${form(due, html``, 'mail_code', 'send')}${cannot('practise_mail_none')}`;
    case 'second-device':
      return html`${progress}<p>${say('practise_device_hint')}</p>${alert(problem)}${form(due, html``, 'practise_device_look')}${cannot('practise_device_none')}`;
  }
}
