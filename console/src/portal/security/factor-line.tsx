import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';

export function FactorLine({ icon, name, createdAt, lastUsedAt, more, onRename, onRemove }: { icon: ReactNode; name: string; createdAt: string; lastUsedAt: string | null; more: string | null; onRename?: () => void; onRemove: () => void }) {
  const w = words.portal.security;
  return (
    <li className={css.item}>
      {icon}
      <div>
        <span className={css.name}>{name}</span>
        <span className="quiet-under">
          {more ? `${more} · ` : ''}
          {w.added} <When at={createdAt} /> ·{' '}
          {lastUsedAt ? (
            <>
              {w.lastUsed} <When at={lastUsedAt} />
            </>
          ) : (
            w.notUsed
          )}
        </span>
      </div>
      <Menu>
        <Menu.Target>
          <ActionIcon aria-label={`${words.ui.more}: ${name}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {onRename ? <Menu.Item onClick={onRename}>{w.rename}</Menu.Item> : null}
          <Menu.Item color="red" onClick={onRemove}>
            {w.remove}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}
