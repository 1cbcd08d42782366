import { Modal } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { IconApps, IconFileImport, IconPlugConnected, IconSearch, IconSettings, IconStack2, IconUserPlus, type Icon } from '@tabler/icons-react';
import { useId, useMemo, useState } from 'react';
import { allApplications, peopleFound } from '../api/directory.ts';
import { at } from '../ui/at.ts';
import { Person } from '../ui/person.tsx';
import { useGo } from '../ui/use-filters.ts';
import { useMe } from '../ui/me.tsx';
import { words } from '../words/index.ts';
import css from './palette.module.css';
import { settingsOf } from './settings/parts.ts';
import { places } from './shell.tsx';

interface Found {
  readonly key: string;
  readonly group: string;
  readonly title: string;
  readonly under?: string;
  readonly icon: Icon | null;
  readonly to: string;
}

/** Everything is two keys away: people, applications, pages, actions. */
export function Palette({ onClose }: { onClose: () => void }) {
  const w = words.shell.palette;
  const go = useGo();
  const me = useMe();
  const list = useId();
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 80);
  const [chosen, setChosen] = useState(0);
  const people = useQuery({ ...peopleFound(search), enabled: search.length > 0 });
  const applications = useQuery({ ...allApplications, enabled: search.length > 0 });

  const found = useMemo((): Found[] => {
    const fits = (title: string): boolean => title.toLowerCase().includes(text.trim().toLowerCase());
    const pages = places(me.permissions).flatMap((group) => group.places.map((place): Found => ({ key: place.to, group: w.pages, title: place.title, icon: place.icon, to: place.to })));
    // Of settings there are many: only what is looked for. The question finds all of its parts. Whoever is not offered the page is not offered its parts.
    const settings = search && pages.some((one) => one.to === at.settings()) ? settingsOf(me.permissions).flatMap(({ question, parts }) => parts.map((part): Found => ({ key: at.settings(part.name), group: w.settings, title: part.title, under: question, icon: IconSettings, to: at.settings(part.name) }))) : [];
    const actions: (Found & { needs: string })[] = [
      { key: 'hr', group: w.actions, title: w.uploadHr, icon: IconFileImport, to: at.hrFeed, needs: 'lifecycle.hr-import.upload' },
      { key: 'connect', group: w.actions, title: w.connect, icon: IconPlugConnected, to: at.connect, needs: 'lifecycle.connection.make' },
      { key: 'add', group: w.actions, title: w.addPerson, icon: IconUserPlus, to: `${at.people}?add=person`, needs: 'directory.person.add' },
      { key: 'nobody', group: w.actions, title: w.readAll, icon: IconStack2, to: at.inventory, needs: 'directory.account.change' },
    ];
    const humans = search ? (people.data?.items ?? []).map((one): Found => ({ key: one.id, group: w.people, title: one.displayName, under: [one.title, one.department].filter(Boolean).join(' · '), icon: null, to: at.person(one.id) })) : [];
    const systems = search ? (applications.data?.items ?? []).filter((one) => fits(one.name)).slice(0, 6).map((one): Found => ({ key: one.id, group: w.applications, title: one.name, icon: IconApps, to: at.application(one.id) })) : [];
    return [...humans, ...systems, ...pages.filter((one) => fits(one.title)), ...settings.filter((one) => fits(one.title) || fits(one.under ?? '')), ...actions.filter((one) => fits(one.title) && me.permissions.includes(one.needs))];
  }, [text, search, people.data, applications.data, me.permissions, w]);
  const at_ = Math.min(chosen, found.length - 1);

  const open = (one: Found | undefined): void => {
    if (!one) return;
    onClose();
    go(one.to);
  };
  return (
    <Modal opened onClose={onClose} withCloseButton={false} size="lg" padding={0} centered={false} yOffset="12vh" attributes={{ content: { 'aria-label': w.title } }}>
      <div className={css.field}>
        <IconSearch size={20} stroke={1.6} aria-hidden="true" />
        <input
          data-autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={found[at_] ? `${list}-${at_}` : undefined}
          aria-label={w.title}
          placeholder={w.placeholder}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setChosen(0);
          }}
          onKeyDown={(event) => {
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (step) {
              event.preventDefault();
              setChosen((at_ + step + found.length) % Math.max(found.length, 1));
            } else if (event.key === 'Enter') {
              event.preventDefault();
              open(found[at_]);
            }
          }}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      <div role="listbox" id={list} aria-label={w.title} className={css.list}>
        {found.map((one, index) => (
          <div key={one.key}>
            {found[index - 1]?.group === one.group ? null : (
              <div className={css.group} role="presentation">
                {one.group}
              </div>
            )}
            <div
              role="option"
              id={`${list}-${index}`}
              aria-selected={index === at_}
              className={css.option}
              onMouseMove={() => setChosen(index)}
              onClick={() => open(one)}
              ref={(element) => {
                if (element && index === at_) element.scrollIntoView({ block: 'nearest' });
              }}
            >
              {one.icon ? <one.icon size={20} stroke={1.6} aria-hidden="true" /> : <Person.Initials name={one.title} />}
              <span className={css.title}>{one.title}</span>
              {one.under ? <span className={css.under}>{one.under}</span> : null}
            </div>
          </div>
        ))}
      </div>
      <div className={css.hint} role="status">
        {found.length === 0 ? w.nothing : w.hint}
      </div>
    </Modal>
  );
}
