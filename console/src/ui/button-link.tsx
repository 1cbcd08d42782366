import { Button, type ButtonProps } from '@mantine/core';
import { RouteLink } from './route-link.tsx';

/** A link that looks like a button: it goes somewhere inside the app. */
export function ButtonLink({ to, ...rest }: { to: string } & ButtonProps) {
  return <Button component={RouteLink} to={to} {...rest} />;
}
