import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';

/** One thing to sign in with. `beside` stands by its name, `children` between the name and the dates; `createdAt` null where another date matters more. */
export function FactorLine({ icon, name, beside, children, createdAt, lastUsedAt, more, onRename, onRemove }: { icon: ReactNode; name: string; beside?: ReactNode; children?: ReactNode; createdAt: string | null; lastUsedAt: string | null; more: ReactNode; onRename?: (() => void) | undefined; onRemove?: (() => void) | undefined }) {
  const w = words.portal.security;
  return (
    <li className={css.item}>
      {icon}
      <div>
        {beside ? (
          <span className={css.named}>
            <span className={css.name}>{name}</span>
            {beside}
          </span>
        ) : (
          <span className={css.name}>{name}</span>
        )}
        {children}
        <span className="quiet-under">
          {more ? <>{more} · </> : null}
          {createdAt ? (
            <>
              {w.added} <When at={createdAt} /> ·{' '}
            </>
          ) : null}
          {lastUsedAt ? (
            <>
              {w.lastUsed} <When at={lastUsedAt} />
            </>
          ) : (
            w.notUsed
          )}
        </span>
      </div>
      {onRename || onRemove ? (
        <Menu>
          <Menu.Target>
            <ActionIcon aria-label={`${words.ui.more}: ${name}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {onRename ? <Menu.Item onClick={onRename}>{w.rename}</Menu.Item> : null}
            {onRemove ? (
              <Menu.Item color="red" onClick={onRemove}>
                {w.remove}
              </Menu.Item>
            ) : null}
          </Menu.Dropdown>
        </Menu>
      ) : null}
    </li>
  );
}
