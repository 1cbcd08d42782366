import { expect, it } from 'vitest';
import { languagesOf } from './languages.ts';

const asked = (acceptLanguage?: string, cookie?: string) => languagesOf({ headers: { ...(acceptLanguage === undefined ? {} : { 'accept-language': acceptLanguage }), ...(cookie === undefined ? {} : { cookie }) } });

it.each([
  [undefined, []],
  ['*', []],
  ['de-DE,de;q=0.9,en;q=0.8', ['de-de', 'de', 'en']],
  ['en;q=0.2, fr', ['fr', 'en']],
  ['en; q=0.2, fr ; Q=0.7', ['fr', 'en']],
  ['de;q=0, es;q=0.1', ['es']],
  ['fr;q=NaN, de;q=-1, ,;q=', []],
])('the browser asks for %s', (header, languages) => {
  expect(asked(header)).toEqual(languages);
});

it('what was chosen on a page comes before what the browser asks for, whatever weight that has', () => {
  expect(asked('fr;q=9,en', 'bailiwick-language=de')).toEqual(['de', 'fr', 'en']);
  expect(asked('fr', 'a=b; __Host-bailiwick-language=es; c=d')).toEqual(['es', 'fr']);
  expect(asked('fr', 'other-bailiwick-language=es; bailiwick-language=<script>')).toEqual(['fr']);
});
