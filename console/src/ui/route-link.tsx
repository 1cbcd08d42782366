import { Link } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

/** A link inside the app to an address already in text form; pages with parameters build it with `at`. */
export function RouteLink({ to, ...rest }: { to: string } & Omit<ComponentProps<'a'>, 'href'>) {
  const [path = '/', search = ''] = to.split('?');
  // The addresses come from `at`, which knows every page; the router's own type wants literals.
  return <Link {...(rest as object)} to={path as '/'} search={Object.fromEntries(new URLSearchParams(search)) as never} />;
}
