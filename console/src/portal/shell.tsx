import { Outlet } from '@tanstack/react-router';
import { IconDevices, IconKey, IconLayoutGrid, IconShieldLock, IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { AccountMenu } from '../ui/account-menu.tsx';
import { at } from '../ui/at.ts';
import { useLive } from '../ui/live-sign.tsx';
import { HouseMark } from '../ui/mark.tsx';
import { useMay, useMe, WithMe } from '../ui/me.tsx';
import { NavLink, type Place } from '../ui/nav-link.tsx';
import { TitleEnd } from '../ui/page-sentence.tsx';
import { RouteLink } from '../ui/route-link.tsx';
import css from '../ui/shell.module.css';
import { words } from '../words/index.ts';
import { myTeamQuery } from './team.ts';

export function PortalShell() {
  return (
    <WithMe>
      <Inside />
    </WithMe>
  );
}

function Inside() {
  useLive();
  const w = words.shell;
  const me = useMe();
  // Who manages somebody may read people; the others are not asked about, for each refusal is an entry of the audit.
  const mayRead = useMay('directory.person.read');
  const team = useQuery({ ...myTeamQuery(me.person?.id ?? ''), enabled: me.person !== null && mayRead });
  const places: Place[] = [
    { to: at.portal, title: w.myApplications, icon: IconLayoutGrid, isExact: true },
    { to: at.myAccess, title: w.myAccess, icon: IconKey },
    { to: at.mySecurity, title: w.mySecurity, icon: IconShieldLock },
    { to: at.mySessions, title: w.mySessions, icon: IconDevices },
    ...((team.data?.items.length ?? 0) > 0 ? [{ to: at.myTeam, title: w.myTeam, icon: IconUsersGroup }] : []),
  ];
  return (
    <>
      <a className={css.skip} href="#page-sentence">
        {w.skip}
      </a>
      <header className={css.portalTop}>
        <RouteLink to={at.portal} className={css.brand ?? ''}>
          <HouseMark logo={me.organisation.logo} />
          <span>{me.organisation.name}</span>
        </RouteLink>
        <nav className={css.portalLinks} aria-label={w.navigation}>
          {places.map((place) => (
            <NavLink key={place.to} place={place} className={css.portalLink} />
          ))}
        </nav>
        <span className={css.portalSpace} />
        <AccountMenu isPortal />
      </header>
      <main className={css.portalMain}>
        <TitleEnd value={me.organisation.name}>
          <Outlet />
        </TitleEnd>
      </main>
    </>
  );
}
