import { IconAddressBook, IconBox, IconDatabase, IconHandStop, IconHome, IconKey, IconPlugConnected, type Icon } from '@tabler/icons-react';
import css from '../admin/applications/tile.module.css';

const icons: Readonly<Record<string, Icon>> = { postgres: IconDatabase, ldap: IconAddressBook, scim: IconPlugConnected, manual: IconHandStop, oidc: IconKey, bailiwick: IconHome, fake: IconBox };

export function AppIcon({ kind, name }: { kind?: string; name: string }) {
  const Shape = kind ? icons[kind] : undefined;
  return (
    <span className={css.icon} aria-hidden="true">
      {Shape ? <Shape size={20} stroke={1.6} /> : name.slice(0, 1).toUpperCase()}
    </span>
  );
}
