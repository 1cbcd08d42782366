import { ActionIcon, Anchor, Drawer, Kbd } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { Outlet } from '@tanstack/react-router';
import { IconApps, IconArrowsExchange, IconFileImport, IconFingerprint, IconFirewallFlame, IconHome, IconLifebuoy, IconLock, IconMenu2, IconSearch, IconSettings, IconShieldCheck, IconStack2, IconTimeline, IconUsers } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { AccountMenu } from '../ui/account-menu.tsx';
import { at } from '../ui/at.ts';
import { LiveSign, useLive } from '../ui/live-sign.tsx';
import { Mark } from '../ui/mark.tsx';
import { useMe, WithMe } from '../ui/me.tsx';
import { NavLink, type Place } from '../ui/nav-link.tsx';
import { RouteLink } from '../ui/route-link.tsx';
import css from '../ui/shell.module.css';
import { EmptyState } from '../ui/state.tsx';
import { words } from '../words/index.ts';
import { BreakGlassSign } from './break-glass/sign.tsx';

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));

/** Each page with the permission that it reads by; a page that would only refuse is not offered. */
export const places = (permissions: readonly string[]): { title: string | null; places: Place[] }[] => {
  const w = words.shell;
  const all: { title: string | null; places: (Place & { needs: string })[] }[] = [
    { title: null, places: [{ to: at.today, title: w.today, icon: IconHome, isExact: true, needs: 'reports.today.read' }] },
    {
      title: w.groups.people,
      places: [
        { to: at.people, title: w.people, icon: IconUsers, needs: 'directory.person.read' },
        { to: at.movements, title: w.movements, icon: IconArrowsExchange, needs: 'lifecycle.movement.read' },
        { to: at.roles, title: w.roles, icon: IconShieldCheck, needs: 'authorization.role.read' },
        { to: at.enrolment, title: words.enrolment.title, icon: IconFingerprint, needs: 'authentication.enrolment.read' },
        { to: at.recovery(), title: words.recovery.page.title, icon: IconLifebuoy, needs: 'authentication.reset.read' },
        { to: at.hrFeed, title: w.hrFeed, icon: IconFileImport, needs: 'lifecycle.hr-import.read' },
      ],
    },
    {
      title: w.groups.systems,
      places: [
        { to: at.applications, title: w.applications, icon: IconApps, needs: 'directory.application.read' },
        { to: at.inventory, title: w.inventory, icon: IconStack2, needs: 'directory.account.read' },
      ],
    },
    {
      title: w.groups.privileged,
      places: [{ to: at.breakGlass, title: w.breakGlass, icon: IconFirewallFlame, needs: 'privileged.break-glass.view' }],
    },
    {
      title: w.groups.record,
      places: [
        { to: at.audit, title: w.audit, icon: IconTimeline, needs: 'audit.entry.read' },
        { to: at.settings(), title: w.settings, icon: IconSettings, needs: 'authorization.console-role.read' },
      ],
    },
  ];
  return all.map((group) => ({ title: group.title, places: group.places.filter((place) => permissions.includes(place.needs)) })).filter((group) => group.places.length > 0);
};

export function AdminShell() {
  return (
    <WithMe>
      <Inside />
    </WithMe>
  );
}

function Inside() {
  useLive();
  const me = useMe();
  const [isFinding, finding] = useDisclosure(false);
  const [isMenuOpen, menu] = useDisclosure(false);
  useHotkeys([['mod+K', finding.open]], []);
  const w = words.shell;

  if (me.consoleRoles.length === 0) {
    return (
      <main>
        <EmptyState icon={IconLock} isPage title={w.notForYou} actions={<Anchor href="/">{w.portal}</Anchor>}>
          {w.notForYouText}
        </EmptyState>
      </main>
    );
  }
  const side = (
    <div className={css.side}>
      <RouteLink to={at.today} className={css.brand ?? ''}>
        <Mark />
        <span>{w.product}</span>
      </RouteLink>
      <button type="button" className={css.find} onClick={finding.open}>
        <IconSearch size={16} stroke={1.75} aria-hidden="true" />
        <span>{w.searchOrJump}</span>
        <Kbd size="xs">Ctrl K</Kbd>
      </button>
      <nav className={css.links} aria-label={w.navigation}>
        {places(me.permissions).map((group) => (
          <div key={group.title ?? ''}>
            {group.title ? <div className={css.group}>{group.title}</div> : null}
            {group.places.map((place) => (
              <NavLink key={place.to} place={place} className={css.link} onGo={menu.close} />
            ))}
          </div>
        ))}
      </nav>
      <div className={css.under}>
        <LiveSign />
        <AccountMenu />
      </div>
    </div>
  );
  return (
    <div className={css.admin}>
      <a className={css.skip} href="#page-sentence">
        {w.skip}
      </a>
      <header className={css.top}>
        <ActionIcon size="lg" aria-label={w.openNavigation} onClick={menu.open}>
          <IconMenu2 size={20} />
        </ActionIcon>
        <RouteLink to={at.today} className={css.brand ?? ''}>
          <Mark />
          <span>{w.product}</span>
        </RouteLink>
        <ActionIcon size="lg" aria-label={w.searchOrJump} onClick={finding.open}>
          <IconSearch size={20} />
        </ActionIcon>
      </header>
      <aside className={css.aside}>{side}</aside>
      <Drawer opened={isMenuOpen} onClose={menu.close} position="left" size={280} title={w.navigation}>
        <div className={css.drawer}>{side}</div>
      </Drawer>
      <main className={css.main}>
        {me.isBreakGlass ? <BreakGlassSign /> : null}
        <Outlet />
      </main>
      {isFinding ? (
        <Suspense fallback={null}>
          <Palette onClose={finding.close} />
        </Suspense>
      ) : null}
    </div>
  );
}
