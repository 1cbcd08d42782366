import { readFileSync } from 'node:fs';
import { html, type Html } from '../../platform/html/index.ts';
import { file, page, route, type AnyRoute, type PageFrame } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { pushScript, pushStyle } from '../pages/assets.ts';
import { field } from '../pages/forms.ts';
import { speakerFor, type Speaker } from '../pages/phrases.ts';
import { deviceOf } from '../session/start-session.ts';
import { iconPng, iconSvg } from './icon.ts';
import type { PushSender } from './web-push.ts';

const worker = readFileSync(new URL('../pages/push-worker.js', import.meta.url), 'utf8');

/** Of the installed app: the same page, so that a telephone finds it on its home screen. */
const head = (organisation: string): Html => html`<link rel="manifest" href="/push/app.webmanifest">
<link rel="apple-touch-icon" href="/push/icon-192.png">
<meta name="apple-mobile-web-app-title" content="${organisation}">
<meta name="theme-color" content="#0d5b5b">
<link rel="stylesheet" href="${pushStyle.path}">
<script src="${pushScript.path}" defer></script>
`;

/** The one page that cannot do without script: the key lives in the browser. Its sentences come from here; the script holds none. */
function app({ say }: Speaker, publicKey: string): Html {
  return html`<h1>${say('push_app_title')}</h1>
<p data-without-script>${say('push_app_needs_script')}</p>
<div id="push-app" data-vapid="${publicKey}" hidden>
<p id="push-offline" class="alert" role="status" hidden>${say('push_app_offline')}</p>
<div id="push-prompts" aria-live="polite"></div>
<p id="push-idle" role="status" hidden>${say('push_app_idle')}</p>
<ul id="push-paired" class="push-paired" aria-label="${say('push_app_paired')}"></ul>
<button id="push-notify" class="plain" type="button" hidden>${say('push_notify')}</button>
<p id="push-notified" class="hint" hidden>${say('push_notified')}</p>
<p id="push-no-notify" class="hint" hidden>${say('push_no_notify')}</p>
<section id="push-unpaired" hidden><p>${say('push_unpaired')}</p><p class="hint">${say('push_unpaired_how')}</p></section>
<form id="push-link-form" hidden>${field({ name: 'link', label: say('push_link'), autocomplete: 'off', maxLength: 300 })}<p class="error" id="push-link-problem" role="alert" hidden>${say('push_link_wrong')}</p><button type="submit" class="plain">${say('continue')}</button></form>
</div>
<template id="push-prompt">
<section class="push-prompt" aria-label="${say('push_asks')}">
<h2>${say('push_asks')}</h2>
<dl><dt>${say('push_who')}</dt><dd data-fill="person"></dd><dt>${say('push_for')}</dt><dd data-fill="place" data-portal="${say('push_for_portal')}" data-console="${say('push_for_console')}"></dd><dt>${say('push_browser')}</dt><dd data-fill="browser"></dd><dt>${say('push_address')}</dt><dd data-fill="address"></dd></dl>
<form data-approve><div class="field"><label>${say('push_digits')}<input name="digits" class="code" inputmode="numeric" autocomplete="off" maxlength="9" required></label><p class="error" role="alert" data-said hidden data-wrong="${say('push_digits_wrong')}" data-missing="${say('push_digits_missing')}" data-wait="${say('wait')}" data-failed="${say('push_app_offline')}"></p></div><button type="submit">${say('push_approve')}</button></form>
<p class="hint" data-left="${say('push_seconds')}"></p>
<div class="push-no"><button type="button" class="plain" data-deny>${say('push_deny')}</button><button type="button" class="plain" data-not-me>${say('push_not_me')}</button></div>
<div class="alert" data-sure hidden><p>${say('push_not_me_hint')}</p><button type="button" data-not-me-sure>${say('push_not_me_sure')}</button><button type="button" class="plain" data-not-me-back>${say('push_back')}</button></div>
</section>
</template>
<template id="push-said"><p class="push-said" role="status" data-approved="${say('push_said_approved')}" data-denied="${say('push_said_denied')}" data-disavowed="${say('push_said_disavowed')}" data-over="${say('push_said_over')}"></p></template>
<template id="push-one"><li><span data-fill="name"></span><span class="hint" data-fill="of"></span><p class="alert" data-off hidden>${say('push_app_off')}</p><div class="alert" data-gone hidden><p>${say('push_app_gone')}</p><button type="button" class="plain" data-forget>${say('push_forget')}</button></div></li></template>
<p class="hint push-install">${say('push_install')}</p>`;
}

function pairing({ say }: Speaker, deviceName: string): Html {
  return html`<h1>${say('push_pair_title')}</h1>
<p data-without-script>${say('push_app_needs_script')}</p>
<div id="push-pair" hidden>
<form id="push-pair-form" hidden><p>${say('push_pair_lead')}</p><p class="push-account"><strong data-fill="person"></strong><span class="hint" data-fill="organisation"></span></p>${field({ name: 'name', label: say('push_pair_name'), autocomplete: 'off', value: deviceName, maxLength: 60 })}<button type="submit">${say('push_pair_button')}</button></form>
<p class="alert" role="alert" id="push-pair-problem" hidden data-used="${say('push_pair_used')}" data-many="${say('push_pair_many')}" data-impossible="${say('push_pair_impossible')}" data-failed="${say('push_pair_failed')}"></p>
<div id="push-pair-done" role="status" hidden><p>${say('push_pair_done')}</p><a class="button" href="/push">${say('push_pair_open')}</a></div>
</div>`;
}

const sizes = [192, 512] as const;

/** Drawn when somebody first asks: a process that starts has better things to do. */
const drawn = new Map<number, Buffer>();
function iconOf(size: number): Buffer {
  const png = drawn.get(size) ?? iconPng(size);
  drawn.set(size, png);
  return png;
}

/** Pages of the telephone, and what makes them an app. They hold nothing about anybody. */
export function pushPages({ config, pageFrame, pushSender }: Pick<Needs, 'config'> & { readonly pageFrame: PageFrame; readonly pushSender: Pick<PushSender, 'publicKey'> }): readonly AnyRoute[] {
  const open = { permission: null, public: 'the page and its parts are the same for everybody; what waits is told to a paired device by its key' } as const;
  const manifest = JSON.stringify({
    id: '/push',
    name: config.organisation,
    short_name: config.organisation.slice(0, 24),
    start_url: '/push',
    scope: '/',
    display: 'standalone',
    background_color: '#f3f7f6',
    theme_color: '#0d5b5b',
    icons: [...sizes.map((size) => ({ src: `/push/icon-${size}.png`, sizes: `${size}x${size}`, type: 'image/png', purpose: 'any maskable' })), { src: '/push/icon.svg', sizes: 'any', type: 'image/svg+xml' }],
  });
  return [
    route({ method: 'GET', path: '/push', ...open, summary: 'Approve sign-ins on a telephone', run: async ({ languages }) => page(pageFrame.frame({ title: speakerFor(languages).say('push_app_title'), content: app(speakerFor(languages), pushSender.publicKey), languages, head: head(config.organisation) })) }),
    route({ method: 'GET', path: '/push/pair', ...open, summary: 'Pair a telephone', run: async ({ languages, request }) => page(pageFrame.frame({ title: speakerFor(languages).say('push_pair_title'), content: pairing(speakerFor(languages), deviceOf(request.userAgent).slice(0, 60)), languages, head: head(config.organisation) })) }),
    route({ method: 'GET', path: '/push/app.webmanifest', ...open, summary: 'The installable app', run: async () => file(manifest, 'application/manifest+json') }),
    // At the root: a worker may serve pages beside and below itself only, and the page is `/push`.
    route({ method: 'GET', path: '/push-worker.js', ...open, summary: 'Wakes the telephone', run: async () => file(worker, 'text/javascript; charset=utf-8') }),
    route({ method: 'GET', path: '/push/icon.svg', ...open, summary: 'The sign of the house', run: async () => file(iconSvg, 'image/svg+xml') }),
    ...sizes.map((size) => route({ method: 'GET', path: `/push/icon-${size}.png`, ...open, summary: `The sign of the house, ${size} pixels`, run: async () => file(iconOf(size), 'image/png') })),
  ];
}
