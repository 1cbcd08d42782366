import { ActionIcon, Menu } from '@mantine/core';
import { IconDots, IconFingerprint, IconKey } from '@tabler/icons-react';
import type { Passkey } from '../../api/authentication.ts';
import { ModelMark, PasskeyFacts } from '../../ui/passkey-facts.tsx';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';

/** Each passkey with its model, what it is, and what it may claim. */
export function PasskeyList({ passkeys, onRename, onRemove }: { passkeys: readonly Passkey[]; onRename: (passkey: Passkey) => void; onRemove: (passkey: Passkey) => void }) {
  const w = words.portal.security;
  return (
    <ul className={css.list}>
      {passkeys.map((passkey) => {
        const Shape = passkey.isSynced ? IconFingerprint : IconKey;
        return (
          <li className={css.item} key={passkey.id}>
            <Shape size={24} stroke={1.4} aria-hidden="true" />
            <div>
              <span className={css.named}>
                <span className={css.name}>{passkey.name}</span>
                <ModelMark passkey={passkey} />
              </span>
              {passkey.isDisabled ? null : <span className={css.claim}>{passkey.claim}</span>}
              <span className="quiet-under">
                <PasskeyFacts passkey={passkey} />
              </span>
              <span className="quiet-under">
                {w.added} <When at={passkey.createdAt} /> ·{' '}
                {passkey.lastUsedAt ? (
                  <>
                    {w.lastUsed} <When at={passkey.lastUsedAt} />
                  </>
                ) : (
                  w.notUsed
                )}
              </span>
            </div>
            <Menu>
              <Menu.Target>
                <ActionIcon aria-label={`${words.ui.more}: ${passkey.name}`}>
                  <IconDots size={16} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => onRename(passkey)}>{w.rename}</Menu.Item>
                <Menu.Item color="red" onClick={() => onRemove(passkey)}>
                  {w.remove}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </li>
        );
      })}
    </ul>
  );
}
