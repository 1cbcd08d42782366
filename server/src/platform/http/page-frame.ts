import type { Refusal } from '../errors/index.ts';
import type { Html } from '../html/index.ts';

/** The plug that puts server-rendered content into the house's look; the authentication domain brings it. */
export interface PageFrame {
  /** `head`: what one page needs there beside the house's own. */
  frame(page: { title: string; content: Html; languages: readonly string[]; head?: Html }): Html;
  refusal(refusal: Refusal, languages: readonly string[]): Html;
}
