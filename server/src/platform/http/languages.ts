import type { IncomingHttpHeaders } from 'node:http';

/** What was chosen on one of our pages comes before what the browser asks for (authentication/pages/language.ts sets it). */
const chosenLanguage = /(?:^|;\s*)(?:__Host-)?bailiwick-language=([a-z]{2})(?:;|$)/;

/** The languages that a reader asks for, the best first (RFC 9110 12.5.4). */
export const languagesOf = ({ headers }: { readonly headers: IncomingHttpHeaders }): readonly string[] =>
  `${chosenLanguage.exec(headers.cookie ?? '')?.[1] ?? ''},${(headers['accept-language'] ?? '').slice(0, 200)}`
    .split(',')
    .map((part) => {
      const [language = '', quality] = part.trim().split(/\s*;\s*q=/i);
      // No weight that a browser gives goes before the choice; 0 says that a language is not wanted.
      return { language: language.toLowerCase(), quality: quality === undefined ? 1 : Math.min(1, Number(quality) || 0) };
    })
    .filter((one) => one.quality > 0 && /^[a-z]{2,3}(-[a-z0-9]+)*$/.test(one.language))
    .sort((a, b) => b.quality - a.quality)
    .map((one) => one.language);
