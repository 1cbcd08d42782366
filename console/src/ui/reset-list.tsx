import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { IconLifebuoy } from '@tabler/icons-react';
import { useState } from 'react';
import type { AccessPass } from '../api/authentication.ts';
import { approveReset, cancelReset, refuseReset, resetList, takeResetPass, type Reset } from '../api/recovery.ts';
import { words } from '../words/index.ts';
import { Confirm, Refused } from './confirm.tsx';
import { DataList, type Column } from './data-list.tsx';
import { Facts } from './facts.tsx';
import { useMe } from './me.tsx';
import { Person } from './person.tsx';
import { say } from './said.tsx';
import { SecretOnce } from './secret-once.tsx';
import { EmptyState } from './state.tsx';
import { Tone, type ToneName } from './tone.tsx';
import { When } from './when.tsx';

const tones: Readonly<Record<Reset['state'], ToneName>> = { open: 'attention', approved: 'attention', issued: 'good', refused: 'neutral', cancelled: 'neutral', expired: 'neutral' };

type Asked = { is: 'approve' | 'refuse' | 'take' | 'cancel'; one: Reset };

/** Resets that were asked for, and what the reader can do about each. */
export function ResetList({ state, isInPortal = false }: { state: 'waiting' | 'all'; isInPortal?: boolean }) {
  const w = words.recovery.resets;
  const me = useMe();
  const queries = useQueryClient();
  const list = useInfiniteQuery(resetList(state));
  const [asked, ask] = useState<Asked | null>(null);
  const [reason, setReason] = useState('');
  const close = (): void => {
    ask(null);
    setReason('');
  };
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['recovery', 'resets'] });
  const isMine = (one: Reset): boolean => one.askedById === me.person?.id;
  const acts = (one: Reset) => {
    const isOpen = one.state === 'open' || one.state === 'approved';
    if (one.mayTakePass)
      return (
        <Group gap="xs">
          <Button size="compact-sm" onClick={() => ask({ is: 'take', one })}>
            {w.take}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'cancel', one })}>
            {w.cancel}
          </Button>
        </Group>
      );
    if (one.mayDecide)
      return (
        <Group gap="xs">
          <Button size="compact-sm" onClick={() => ask({ is: 'approve', one })}>
            {w.approve}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'refuse', one })}>
            {w.refuse}
          </Button>
        </Group>
      );
    if (isOpen && isMine(one))
      return (
        <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'cancel', one })}>
          {w.cancel}
        </Button>
      );
    return isOpen ? <span className="quiet">{w.nothing}</span> : null;
  };
  const why = (one: Reset) => (
    <>
      {one.reason}
      <span className="quiet-under">
        {one.identityCheck}
        {one.ticket ? ` · ${one.ticket}` : ''}
      </span>
    </>
  );
  const stateOf = (one: Reset) => (
    <>
      <Tone tone={tones[one.state]}>{w.states[one.state]}</Tone>
      {one.decidedByName ? (
        <span className="quiet-under">
          {w.decidedBy(one.decidedByName)}
          {one.decisionReason ? `: ${one.decisionReason}` : ''}
        </span>
      ) : null}
    </>
  );
  const columns: Column<Reset>[] = [
    { key: 'person', title: w.columns.person, width: '2fr', render: (one) => <Person.Line id={isInPortal ? null : one.personId} name={one.personName} /> },
    { key: 'why', title: w.columns.why, width: '3fr', render: why },
    { key: 'by', title: w.columns.by, width: '1.4fr', render: (one) => <>{one.askedByName}<span className="quiet-under"><When at={one.askedAt} /></span></> },
    { key: 'state', title: w.columns.state, width: '1.9fr', render: stateOf },
    { key: 'act', title: w.columns.act, width: '210px', render: acts },
  ];
  return (
    <>
      <DataList
        name={words.recovery.page.tabs.resets}
        query={list}
        columns={columns}
        keyOf={(one) => one.id}
        rowHeight={64}
        card={(one) => (
          <Stack gap="xs">
            <Group justify="space-between" wrap="nowrap">
              <strong>{one.personName}</strong>
              <Tone tone={tones[one.state]}>{w.states[one.state]}</Tone>
            </Group>
            <span>{why(one)}</span>
            <span className="small quiet">
              {one.askedByName} · <When at={one.askedAt} />
            </span>
            {acts(one)}
          </Stack>
        )}
        empty={
          <EmptyState icon={IconLifebuoy} title={w.empty}>
            {w.emptyText}
          </EmptyState>
        }
      />
      {asked?.is === 'approve' ? (
        <Confirm
          title={w.approveTitle(asked.one.personName)}
          effect={w.approveText(asked.one.askedByName, asked.one.identityCheck)}
          action={w.approve}
          onConfirm={async () => {
            await approveReset(asked.one.id);
            await renew();
            say(w.approved(asked.one.askedByName));
          }}
          onClose={close}
        />
      ) : null}
      {asked?.is === 'refuse' ? (
        <Confirm
          title={w.refuseTitle(asked.one.personName)}
          effect={<Textarea label={w.refuseReason} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={300} required />}
          action={w.refuse}
          isReady={reason.trim() !== ''}
          onConfirm={async () => {
            await refuseReset(asked.one.id, reason.trim());
            await renew();
            say(w.refused);
          }}
          onClose={close}
        />
      ) : null}
      {asked?.is === 'cancel' ? (
        <Confirm
          title={w.cancel}
          effect={w.cancelEffect}
          action={w.cancel}
          onConfirm={async () => {
            await cancelReset(asked.one.id);
            await renew();
            say(w.cancelled);
          }}
          onClose={close}
        />
      ) : null}
      {asked?.is === 'take' ? <TakePass one={asked.one} onClose={() => void renew().then(close)} /> : null}
    </>
  );
}

function TakePass({ one, onClose }: { one: Reset; onClose: () => void }) {
  const w = words.recovery.resets;
  const p = words.people.pass;
  const [pass, setPass] = useState<AccessPass | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const take = (): void => {
    setBusy(true);
    setError(null);
    takeResetPass(one.id).then(
      (made) => setPass(made),
      (caught: Error) => {
        setError(caught);
        setBusy(false);
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title={w.takeTitle(one.personName)} closeOnClickOutside={pass === null}>
      <Stack gap="md">
        {pass ? (
          <>
            <SecretOnce value={pass.pass} label={p.pass} />
            <Facts
              facts={[
                [p.username, <code key="username">{pass.username}</code>],
                [p.address, <code key="address">{pass.signInUrl}</code>],
                [p.until, <When key="until" at={pass.expiresAt} />],
              ]}
            />
            <p className="quiet">{p.shownOnce}</p>
          </>
        ) : (
          <p>{w.takeText}</p>
        )}
        <Refused error={error} />
        <Group justify="flex-end" gap="xs">
          {pass ? (
            <Button onClick={onClose}>{p.done}</Button>
          ) : (
            <>
              <Button variant="default" onClick={onClose}>
                {words.ui.cancel}
              </Button>
              <Button loading={isBusy} onClick={take}>
                {w.take}
              </Button>
            </>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
