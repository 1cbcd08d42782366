import type { Passkey } from '../../api/authentication.ts';
import { ModelMark, PasskeyFacts } from '../../ui/passkey-facts.tsx';
import css from './keys.module.css';

/** The passkeys of somebody else: model, proof, strength. */
export function KeysOfPerson({ keys }: { keys: readonly Passkey[] }) {
  return (
    <ul className={css.keys}>
      {keys.map((passkey) => (
        <li key={passkey.id}>
          <span className={css.head}>
            {passkey.name} <ModelMark passkey={passkey} />
          </span>
          <span className="quiet-under">
            <PasskeyFacts passkey={passkey} hasLevel />
          </span>
        </li>
      ))}
    </ul>
  );
}
