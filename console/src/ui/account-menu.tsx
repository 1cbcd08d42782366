import { Menu, useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconDoorExit, IconLayoutGrid, IconSelector, IconShieldHalf } from '@tabler/icons-react';
import { language, languages, words } from '../words/index.ts';
import { at } from './at.ts';
import { useMe } from './me.tsx';
import { Person } from './person.tsx';
import css from './shell.module.css';
import { useGo } from './use-filters.ts';

/** Who is signed in, the way to the other half of the app, the appearance, the way out; on every page of console and portal (ASVS 7.4.4). */
export function AccountMenu({ isPortal = false }: { isPortal?: boolean }) {
  const me = useMe();
  const go = useGo();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const w = words.shell;
  const name = me.person?.displayName ?? me.person?.username ?? '';
  return (
    <Menu width={224} position={isPortal ? 'bottom-end' : 'top-start'}>
      <Menu.Target>
        <button type="button" className={`${css.who} ${isPortal ? css.portalWho : ''}`}>
          <Person.Initials name={name} />
          <span className={css.whoName}>
            <span>
              <span className="visually-hidden">{w.signedInAs('')}</span>
              {name}
            </span>
            {isPortal ? null : <span className={css.small}>{me.person?.username}</span>}
          </span>
          <IconSelector size={16} stroke={1.75} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {isPortal ? (
          me.consoleRoles.length > 0 ? (
            <Menu.Item leftSection={<IconShieldHalf size={16} />} onClick={() => go(at.today)}>
              {w.console}
            </Menu.Item>
          ) : null
        ) : (
          <Menu.Item leftSection={<IconLayoutGrid size={16} />} onClick={() => go(at.portal)}>
            {w.portal}
          </Menu.Item>
        )}
        <Menu.Label>{w.theme}</Menu.Label>
        {(['auto', 'light', 'dark'] as const).map((scheme) => (
          <Menu.Item key={scheme} leftSection={<Tick isOn={colorScheme === scheme} />} onClick={() => setColorScheme(scheme)}>
            {w.themes[scheme]}
          </Menu.Item>
        ))}
        <Menu.Label>{w.language}</Menu.Label>
        {Object.entries(languages).map(([one, name]) => (
          <Menu.Item key={one} component="a" href={`/language/${one}`} lang={one} aria-current={one === language ? 'true' : undefined} leftSection={<Tick isOn={one === language} />}>
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component="a" href="/sign-out" leftSection={<IconDoorExit size={16} />}>
          {w.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const Tick = ({ isOn }: { isOn: boolean }) => (isOn ? <IconCheck size={16} aria-hidden="true" /> : <span style={{ display: 'block', width: 16 }} />);
