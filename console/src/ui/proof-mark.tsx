import { Modal, Stack, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { words } from '../words/index.ts';
import { Facts } from './facts.tsx';
import { useNow } from './now.ts';
import css from './proof-mark.module.css';
import { exact, relative } from './time.ts';
import { When } from './when.tsx';

export type ProofState = 'proven' | 'believed' | 'unknown';

export interface Proof {
  readonly state: ProofState;
  readonly seenAt?: string | null;
  readonly via?: string | null;
  /** The raw observation behind it; the mark opens it. */
  readonly observation?: Observation | null;
}

export interface Observation {
  readonly seenAt: string;
  readonly via: string;
  readonly consistency: string;
  readonly digest: string;
  readonly operationId: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
}

const size = 12;
/** Filled, outline, dashed: told apart by shape before colour. */
export function ProofShape({ state }: { state: ProofState }) {
  if (state === 'proven') {
    return (
      <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
        <circle cx="6" cy="6" r="5.5" fill="currentColor" />
        <path d="M3.4 6.2 5.3 8l3.4-3.9" fill="none" stroke="var(--good-soft)" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
    );
  }
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      <circle cx="6" cy="6" r="4.8" fill="none" stroke="currentColor" strokeWidth="1.4" {...(state === 'unknown' ? { strokeDasharray: '2.2 1.9' } : {})} />
    </svg>
  );
}

/** What is known about the world outside: proven, believed or unknown; never one in the look of another. */
export function ProofMark({ proof, says }: { proof: Proof; says?: string }) {
  const [isOpen, { open, close }] = useDisclosure(false);
  const now = useNow(1_000);
  const seen = proof.seenAt ? new Date(proof.seenAt) : null;
  const p = words.ui.proof;
  const meaning = { proven: p.provenText, believed: p.believedText, unknown: p.unknownText }[proof.state];
  const label = says ?? p[proof.state];
  const text = seen ? `${label} · ${relative(seen, now)}` : label;
  const hover = [meaning, seen ? p.seen(exact(seen), proof.via ?? '').replace(/, $/, '') : '', proof.observation ? `${p.open}.` : ''].filter(Boolean).join(' ');
  const inside = (
    <>
      <ProofShape state={proof.state} />
      <span className={css.label}>{text}</span>
    </>
  );
  return (
    <>
      <Tooltip label={hover}>
        {proof.observation ? (
          <button type="button" className={css.mark} data-proof={proof.state} onClick={open}>
            {inside}
          </button>
        ) : (
          <span className={css.mark} data-proof={proof.state} tabIndex={0} role="note">
            {inside}
          </span>
        )}
      </Tooltip>
      {isOpen && proof.observation ? (
        <Modal opened onClose={close} title={p.title} size="lg">
          <RawObservation one={proof.observation} />
        </Modal>
      ) : null}
    </>
  );
}

function RawObservation({ one }: { one: Observation }) {
  const p = words.ui.proof;
  return (
    <Stack gap="md">
      <Facts
        facts={[
          [p.at, <When key="at" at={one.seenAt} />],
          [p.via, <code key="via">{one.via}</code>],
          [p.consistency, p.kinds[one.consistency as keyof typeof p.kinds] ?? one.consistency],
          [p.operation, one.operationId ? <code key="operation">{one.operationId}</code> : null],
          [p.digest, <code key="digest">{one.digest}</code>],
        ]}
      />
      <div>
        <h3>{p.raw}</h3>
        <pre className={css.raw} tabIndex={0}>
          {JSON.stringify(one.facts, null, 2)}
        </pre>
      </div>
    </Stack>
  );
}
