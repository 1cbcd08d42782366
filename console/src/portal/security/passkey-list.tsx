import { IconFingerprint, IconKey } from '@tabler/icons-react';
import type { Passkey } from '../../api/authentication.ts';
import { ModelMark, PasskeyFacts } from '../../ui/passkey-facts.tsx';
import css from '../my-security.module.css';
import { FactorLine } from './factor-line.tsx';

/** Each passkey with its model, what it is, and what it may claim; only to look at where nothing is to be done with it. */
export function PasskeyList({ passkeys, onRename, onRemove }: { passkeys: readonly Passkey[]; onRename?: (passkey: Passkey) => void; onRemove?: (passkey: Passkey) => void }) {
  return (
    <ul className={css.list}>
      {passkeys.map((passkey) => {
        const Shape = passkey.isSynced ? IconFingerprint : IconKey;
        return (
          <FactorLine
            key={passkey.id}
            icon={<Shape size={24} stroke={1.4} aria-hidden="true" />}
            name={passkey.name}
            beside={<ModelMark passkey={passkey} />}
            createdAt={passkey.createdAt}
            lastUsedAt={passkey.lastUsedAt}
            more={null}
            onRename={onRename && (() => onRename(passkey))}
            onRemove={onRemove && (() => onRemove(passkey))}
          >
            {passkey.isDisabled ? null : <span className={css.claim}>{passkey.claim}</span>}
            <span className="quiet-under">
              <PasskeyFacts passkey={passkey} />
            </span>
          </FactorLine>
        );
      })}
    </ul>
  );
}
