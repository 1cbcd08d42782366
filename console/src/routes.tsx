import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { BrokenPage, MissingPage } from './ui/broken-page.tsx';

/** Every page of the app, by address. Each is loaded when somebody goes there. */

type Search = Readonly<Record<string, string | undefined>>;

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Outlet, notFoundComponent: () => <main><MissingPage /></main>, errorComponent: (problem) => <main><BrokenPage {...problem} /></main> });

/** Filters live in the address, so that a view can be sent to somebody. */
const filters = (...names: string[]) => ({
  validateSearch: (given: Record<string, unknown>): Search => Object.fromEntries(names.flatMap((name) => (typeof given[name] === 'string' && given[name] !== '' ? [[name, given[name]]] : []))),
});

const admin = createRoute({ getParentRoute: () => root, path: '/admin', component: lazyRouteComponent(() => import('./admin/shell.tsx'), 'AdminShell'), notFoundComponent: MissingPage });
const portal = createRoute({ getParentRoute: () => root, id: 'portal', component: lazyRouteComponent(() => import('./portal/shell.tsx'), 'PortalShell') });

const adminPages = [
  createRoute({ getParentRoute: () => admin, path: '/', component: lazyRouteComponent(() => import('./admin/today.tsx'), 'Today') }),
  createRoute({ getParentRoute: () => admin, path: 'people', ...filters('search', 'status', 'department', 'managerId', 'add'), component: lazyRouteComponent(() => import('./admin/people/people.tsx'), 'People') }),
  createRoute({ getParentRoute: () => admin, path: 'people/$personId', ...filters('tab'), component: lazyRouteComponent(() => import('./admin/people/person.tsx'), 'PersonPage') }),
  createRoute({ getParentRoute: () => admin, path: 'movements', ...filters('kind', 'state', 'person'), component: lazyRouteComponent(() => import('./admin/movements/movements.tsx'), 'Movements') }),
  createRoute({ getParentRoute: () => admin, path: 'movements/$movementId', component: lazyRouteComponent(() => import('./admin/movements/movement.tsx'), 'MovementPage') }),
  createRoute({ getParentRoute: () => admin, path: 'inventory', ...filters('search', 'application', 'situation', 'kind', 'tab'), component: lazyRouteComponent(() => import('./admin/inventory/inventory.tsx'), 'InventoryPage') }),
  createRoute({ getParentRoute: () => admin, path: 'applications', ...filters('search', 'view'), component: lazyRouteComponent(() => import('./admin/applications/applications.tsx'), 'Applications') }),
  createRoute({ getParentRoute: () => admin, path: 'applications/connect', ...filters('kind', 'application'), component: lazyRouteComponent(() => import('./admin/applications/connect.tsx'), 'ConnectPage') }),
  createRoute({ getParentRoute: () => admin, path: 'applications/$applicationId', ...filters('tab'), component: lazyRouteComponent(() => import('./admin/applications/application.tsx'), 'ApplicationPage') }),
  createRoute({ getParentRoute: () => admin, path: 'roles', ...filters('search'), component: lazyRouteComponent(() => import('./admin/roles/roles.tsx'), 'Roles') }),
  createRoute({ getParentRoute: () => admin, path: 'roles/$roleId', component: lazyRouteComponent(() => import('./admin/roles/role.tsx'), 'RolePage') }),
  createRoute({ getParentRoute: () => admin, path: 'enrolment', component: lazyRouteComponent(() => import('./admin/enrolment/policies.tsx'), 'EnrolmentPolicies') }),
  createRoute({ getParentRoute: () => admin, path: 'enrolment/$policyId', ...filters('search', 'situation'), component: lazyRouteComponent(() => import('./admin/enrolment/policy.tsx'), 'EnrolmentPolicyPage') }),
  createRoute({ getParentRoute: () => admin, path: 'enrolment/$policyId/change', component: lazyRouteComponent(() => import('./admin/enrolment/editor.tsx'), 'EnrolmentEditorPage') }),
  createRoute({ getParentRoute: () => admin, path: 'recovery', ...filters('tab', 'state'), component: lazyRouteComponent(() => import('./admin/recovery/recovery.tsx'), 'Recovery') }),
  createRoute({ getParentRoute: () => admin, path: 'recovery/drills/$drillId', ...filters('state'), component: lazyRouteComponent(() => import('./admin/recovery/drill.tsx'), 'DrillPage') }),
  createRoute({ getParentRoute: () => admin, path: 'hr', beforeLoad: () => { throw redirect({ to: '/admin/hr-feed' as '/' }); } }),
  createRoute({ getParentRoute: () => admin, path: 'hr-feed', component: lazyRouteComponent(() => import('./admin/hr-feed/hr-feed.tsx'), 'HrFeed') }),
  createRoute({ getParentRoute: () => admin, path: 'hr-feed/$importId', ...filters('tab'), component: lazyRouteComponent(() => import('./admin/hr-feed/hr-import.tsx'), 'HrImportPage') }),
  createRoute({ getParentRoute: () => admin, path: 'audit', ...filters('search', 'actor', 'action', 'target', 'outcome', 'from', 'to'), component: lazyRouteComponent(() => import('./admin/audit/audit.tsx'), 'Audit') }),
  createRoute({ getParentRoute: () => admin, path: 'break-glass', component: lazyRouteComponent(() => import('./admin/break-glass/break-glass.tsx'), 'BreakGlassPage') }),
  createRoute({ getParentRoute: () => admin, path: 'settings', ...filters('tab', 'search', 'only'), component: lazyRouteComponent(() => import('./admin/settings/settings.tsx'), 'SettingsPage') }),
];
const portalPages = [
  createRoute({ getParentRoute: () => portal, path: '/', component: lazyRouteComponent(() => import('./portal/launcher.tsx'), 'Launcher') }),
  createRoute({ getParentRoute: () => portal, path: '/access', component: lazyRouteComponent(() => import('./portal/my-access.tsx'), 'MyAccess') }),
  createRoute({ getParentRoute: () => portal, path: '/security', component: lazyRouteComponent(() => import('./portal/my-security.tsx'), 'MySecurity') }),
  createRoute({ getParentRoute: () => portal, path: '/sessions', component: lazyRouteComponent(() => import('./portal/my-sessions.tsx'), 'MySessions') }),
  createRoute({ getParentRoute: () => portal, path: '/team', component: lazyRouteComponent(() => import('./portal/my-team.tsx'), 'MyTeam') }),
];

export const makeRouter = (queries: QueryClient) =>
  createRouter({
    routeTree: root.addChildren([admin.addChildren(adminPages), portal.addChildren(portalPages)]),
    context: { queries },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    // Addresses carry plain text (`?search=ana`), not quoted JSON.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const text = new URLSearchParams(Object.entries(search).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]]))).toString();
      return text ? `?${text}` : '';
    },
    scrollRestoration: true,
    // A page that breaks leaves the shell around it standing.
    defaultErrorComponent: BrokenPage,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
