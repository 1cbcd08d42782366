import { Tooltip } from '@mantine/core';
import type { Passkey } from '../api/authentication.ts';
import { words } from '../words/index.ts';
import { ProofShape, type ProofState } from './proof-mark.tsx';
import mark from './proof-mark.module.css';
import { Tone } from './tone.tsx';

const states: Readonly<Record<Passkey['modelProof'], ProofState>> = { attested: 'proven', stated: 'believed', unknown: 'unknown' };

/** Which model a key is of, and how well that is known: never stated in the look of proven. */
export function ModelMark({ passkey }: { passkey: Pick<Passkey, 'model' | 'modelName' | 'modelProof' | 'attestedBy'> }) {
  const w = words.passkeys.facts;
  const why = { attested: w.attestedText(passkey.attestedBy ?? ''), stated: w.statedText, unknown: w.unknownText }[passkey.modelProof];
  const name = passkey.modelName ?? passkey.model;
  return (
    <Tooltip label={why} multiline maw={320}>
      <span className={mark.mark} data-proof={states[passkey.modelProof]} tabIndex={0} role="note" aria-label={`${name ?? ''} ${w[passkey.modelProof]}. ${why}`}>
        <ProofShape state={states[passkey.modelProof]} />
        <span className={mark.label}>{passkey.modelProof === 'unknown' ? w.unknown : `${name}${passkey.modelProof === 'stated' ? ` · ${w.stated}` : ''}`}</span>
      </span>
    </Tooltip>
  );
}

/** What a key is, in a line: copied or not, PIN or touch, and the most that it reaches by itself. */
export function PasskeyFacts({ passkey, hasLevel = false }: { passkey: Passkey; hasLevel?: boolean }) {
  const w = words.passkeys.facts;
  if (passkey.isDisabled) return <Tone tone="danger" isBoxed={false}>{w.disabled(passkey.disabledReason)}</Tone>;
  return (
    <>
      {passkey.modelProblem ? (
        <>
          <Tone tone="danger" isBoxed={false}>
            {w.problem(passkey.modelProblem)}
          </Tone>{' '}
        </>
      ) : null}
      {[...(hasLevel ? [w.level(passkey.level)] : []), passkey.isSynced ? w.synced : w.bound, passkey.isUserVerified ? w.verified : w.touched].join(' · ')}
    </>
  );
}
