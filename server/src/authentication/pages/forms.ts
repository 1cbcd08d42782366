import { html, type Html } from '../../platform/html/index.ts';
import type { Speaker } from './phrases.ts';

export interface FieldOptions {
  /** `id` and `name` are stable: password managers and scripts of others rely on them. */
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'password' | 'email';
  readonly value?: string;
  readonly autocomplete: string;
  readonly hint?: string;
  readonly error?: string | null | undefined;
  readonly isFirst?: boolean;
  readonly code?: boolean;
  readonly inputmode?: 'numeric' | 'text' | 'email';
  readonly maxLength?: number;
  readonly readonly?: boolean;
}

/** One field: label, hint, input, and the error below it in words, tied to it for screen readers. */
export function field(options: FieldOptions, speaker?: Speaker): Html {
  const { name, type = 'text', error } = options;
  const described = [options.hint ? `${name}-hint` : '', error ? `${name}-error` : ''].filter(Boolean).join(' ');
  const input = html`<input id="${name}" name="${name}" type="${type}" autocomplete="${options.autocomplete}" required${options.value ? html` value="${options.value}"` : ''}${options.code ? html` class="code"` : ''}${options.inputmode ? html` inputmode="${options.inputmode}"` : ''}${options.maxLength ? html` maxlength="${options.maxLength}"` : ''}${options.isFirst ? html` autofocus` : ''}${described ? html` aria-describedby="${described}"` : ''}${error ? html` aria-invalid="true"` : ''} autocapitalize="none" autocorrect="off" spellcheck="false">`;
  const withReveal = type === 'password' && speaker ? html`<div class="row">${input}<button class="reveal" type="button" hidden data-reveal="${name}" data-show="${speaker.say('show_password')}" data-hide="${speaker.say('hide_password')}">${speaker.say('show_password')}</button></div>` : input;
  return html`<div class="field"><label for="${name}">${options.label}</label>${options.hint ? html`<p class="hint" id="${name}-hint">${options.hint}</p>` : ''}${withReveal}${error ? html`<p class="error" id="${name}-error" role="alert">${error}</p>` : ''}</div>`;
}

export const hidden = (name: string, value: string): Html => html`<input type="hidden" name="${name}" value="${value}">`;

export const alert = (text: string | null | undefined): Html => (text ? html`<p class="alert" role="alert">${text}</p>` : html``);

export const ways = (links: readonly (readonly [href: string, text: string])[]): Html => (links.length === 0 ? html`` : html`<ul class="ways">${links.map(([href, text]) => html`<li><a href="${href}">${text}</a></li>`)}</ul>`);
