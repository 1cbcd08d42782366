import { html, trustedHtml, type Html } from '../../platform/html/index.ts';
import type { PageFrame } from '../../platform/http/index.ts';
import { openFaces, type Faces } from '../branding/face.ts';
import type { Needs } from '../needs.ts';
import { script, style } from './assets.ts';
import { languageSwitch } from './language.ts';
import { speakerFor } from './phrases.ts';
import { sayRefusalOnPage } from './refusal.ts';

const logo = trustedHtml('<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M12 3 4 6v6c0 4.5 3.2 7.7 8 9 4.8-1.3 8-4.5 8-9V6z"/><circle cx="12" cy="10.5" r="2"/><path d="M12 12.5V16"/></svg>');

/** With the brand that its pages show, for the doors beside them: whoever changes it sees it on the next page. */
export interface BrandedPageFrame extends PageFrame {
  readonly faces: Faces;
}

/** The house's look, with the brand of the firm, for every page that the server renders. */
export function openPageFrame({ config, database }: Pick<Needs, 'config' | 'database'>): BrandedPageFrame {
  const faces = openFaces({ database });
  function frame({ title, content, languages, isOnce = false, head }: { title: string; content: Html; languages: readonly string[]; isOnce?: boolean; head?: Html }): Html {
    const { language } = speakerFor(languages);
    const { style: brand, logo: own } = faces.current();
    return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · ${config.organisation}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${style.path}">${brand ? html`
<link rel="stylesheet" href="${brand.path}">` : ''}
${head ?? ''}<script src="${script.path}" defer></script>
</head>
<body>
<main>
<p class="logo">${own ? html`<img src="${own.path}" alt="${config.organisation}">` : html`${logo}<span>${config.organisation}</span>`}</p>
${content}
</main>
${isOnce ? '' : languageSwitch(languages)}
</body>
</html>
`;
  }
  return {
    faces,
    prepare: async () => void (await faces.recent()),
    frame,
    refusal(refusal, languages) {
      const { say } = speakerFor(languages);
      return frame({ title: say('refused_title'), languages, content: html`<h1>${say('refused_title')}</h1><p>${sayRefusalOnPage(refusal, languages)}</p><a class="button plain" href="/">${say('go_home')}</a>` });
    },
  };
}
