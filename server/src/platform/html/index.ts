/** Text that is HTML already. Only `html` makes it, so that nothing from outside gets in unescaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character]!);

type Content = Html | string | number | false | null | undefined | readonly Content[];

function render(content: Content): string {
  if (content instanceof Html) return content.text;
  if (Array.isArray(content)) return (content as readonly Content[]).map(render).join('');
  if (content === false || content === null || content === undefined) return '';
  return escapeHtml(String(content));
}

/** html`<p>${name}</p>`: everything put in is escaped, except other `html` pieces. */
export function html(text: TemplateStringsArray, ...values: Content[]): Html {
  return new Html(text.reduce((out, part, index) => out + part + (index < values.length ? render(values[index]) : ''), ''));
}

/** For text that our own code made and that is HTML by its nature (an SVG out of a library). INVARIANT: never with input. */
export const trustedHtml = (text: string): Html => new Html(text);
