import { useLocation } from '@tanstack/react-router';
import type { Icon } from '@tabler/icons-react';
import { RouteLink } from './route-link.tsx';

export interface Place {
  readonly to: string;
  readonly title: string;
  readonly icon: Icon;
  /** Only the page itself, not what lies below it. */
  readonly isExact?: boolean;
}

export function NavLink({ place, className, onGo }: { place: Place; className: string | undefined; onGo?: () => void }) {
  const path = useLocation({ select: (location) => location.pathname.replace(/\/$/, '') || '/' });
  const isCurrent = place.isExact ? path === place.to : path === place.to || path.startsWith(`${place.to}/`);
  return (
    <RouteLink to={place.to} {...(className ? { className } : {})} {...(isCurrent ? { 'data-current': true, 'aria-current': 'page' as const } : {})} {...(onGo ? { onClick: onGo } : {})}>
      <place.icon size={20} stroke={1.6} aria-hidden="true" />
      <span>{place.title}</span>
    </RouteLink>
  );
}
