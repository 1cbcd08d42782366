import { createContext, use, useEffect, type ReactNode } from 'react';
import { words } from '../words/index.ts';
import { RouteLink } from './route-link.tsx';
import css from './page-sentence.module.css';

/** What the title in the browser's tab ends with: the product in the console; in the portal the house, as on its sign-in pages. */
export const TitleEnd = createContext<string>(words.shell.product);

/** The one answer of the page, at the top; the rest of the page is its evidence. */
export function PageSentence({ title, trail = [], sentence, note, actions }: { title: string; trail?: readonly { title: string; to: string }[]; sentence: ReactNode; note?: ReactNode; actions?: ReactNode }) {
  const end = use(TitleEnd);
  useEffect(() => {
    document.title = `${title} · ${end}`;
  }, [title, end]);
  return (
    <header className={css.head}>
      <div className={css.words}>
        <nav className={css.trail} aria-label={title}>
          {trail.map((step) => (
            <span key={step.to}>
              <RouteLink to={step.to}>{step.title}</RouteLink>
              <span aria-hidden="true"> / </span>
            </span>
          ))}
          <span>{title}</span>
        </nav>
        <h1 className={css.sentence} tabIndex={-1} id="page-sentence">
          {sentence}
        </h1>
        {note ? <p className={css.note}>{note}</p> : null}
      </div>
      {actions ? <div className={css.actions}>{actions}</div> : null}
    </header>
  );
}
