import { IconChevronDown } from '@tabler/icons-react';
import { useId, useRef, useState } from 'react';
import { at } from '../../ui/at.ts';
import { RouteLink } from '../../ui/route-link.tsx';
import { words } from '../../words/index.ts';
import type { SettingsPart, SettingsQuestion } from './parts.ts';
import css from './settings.module.css';

/**
 * One list of links. Beside the page where there is room; behind a button that says where one is where there is not.
 * Links, not a select: nothing moves away while somebody looks through the list with the arrow keys (WCAG 3.2.2).
 */
export function SettingsNavigation({ questions, chosen }: { questions: readonly SettingsQuestion[]; chosen: { readonly name: SettingsPart; readonly title: string } }) {
  const w = words.settings;
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = (): void => {
    if (!isOpen) return;
    setOpen(false);
    // What had the focus is hidden now.
    button.current?.focus();
  };
  return (
    <nav className={css.navigation} aria-label={w.navigation} data-open={isOpen || undefined} onKeyDown={(event) => event.key === 'Escape' && close()}>
      <button ref={button} type="button" className={css.chosen} aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
        <span>
          <span className="visually-hidden">{w.navigation}: </span>
          {chosen.title}
        </span>
        <IconChevronDown size={20} stroke={1.6} aria-hidden="true" />
      </button>
      <div id={id} className={css.questions}>
        {questions.map(({ question, parts }, index) => (
          <div key={question}>
            <h2 className={css.question} id={`${id}-${index}`}>
              {question}
            </h2>
            <ul aria-labelledby={`${id}-${index}`}>
              {parts.map((part) => {
                const isCurrent = part.name === chosen.name;
                return (
                  <li key={part.name}>
                    <RouteLink to={at.settings(part.name)} className={css.link} {...(isCurrent ? { 'data-current': true, 'aria-current': 'page' as const } : {})} onClick={close}>
                      {part.title}
                    </RouteLink>
                  </li>
                );
              })}
            </ul>
          </div>
        ))}
      </div>
    </nav>
  );
}
