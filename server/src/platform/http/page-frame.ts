import type { Refusal } from '../errors/index.ts';
import type { Html } from '../html/index.ts';

/** The plug that puts server-rendered content into the house's look; the authentication domain brings it. */
export interface PageFrame {
  /** Before a page is drawn: what the look depends on and others may have changed. */
  prepare?(): Promise<void>;
  /** `isOnce`: what it shows is shown this one time, so nothing on it may lead back to it. `head`: what one page needs there beside the house's own. */
  frame(page: { title: string; content: Html; languages: readonly string[]; isOnce?: boolean; head?: Html }): Html;
  refusal(refusal: Refusal, languages: readonly string[]): Html;
}
