import { Button, Code, Group, Table, Textarea } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconMailOpened } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { acknowledgeUse, breakGlassQuery, changeAlarm, dismissDeparture, makeAccount, runSelfTest, type BreakGlass, type BreakGlassUse } from '../../api/break-glass.ts';
import { endPersonSessions } from '../../api/authentication.ts';
import { deviceName } from '../../ui/device-name.ts';
import { at } from '../../ui/at.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { RouteLink } from '../../ui/route-link.tsx';
import { say, sayProblem } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { EmptyState, Loaded, sentence } from '../../ui/state.tsx';
import { duration } from '../../ui/time.ts';
import { Tone } from '../../ui/tone.tsx';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import { AccountCard, type Ask } from './account-card.tsx';
import css from './break-glass.module.css';
import { Dialog, WithReason } from './dialogs.tsx';

export function BreakGlassPage() {
  const query = useQuery(breakGlassQuery);
  return <Loaded query={query}>{(state) => <Shown state={state} />}</Loaded>;
}

type Asked = Ask | { is: 'make' } | { is: 'acknowledge'; use: BreakGlassUse } | { is: 'stays'; personId: string; name: string } | { is: 'alarm' };

function Shown({ state }: { state: BreakGlass }) {
  const w = words.breakGlass;
  const queries = useQueryClient();
  const [asked, ask] = useState<Asked | null>(null);
  const [isTesting, setTesting] = useState(false);
  const close = (): void => ask(null);
  const renew = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ['break-glass'] });
    void queries.invalidateQueries({ queryKey: ['reports'] });
  };
  const { accounts, findings } = state;
  const alarms = state.uses.filter((use) => !use.isDrill && use.acknowledged === null);
  const test = async (): Promise<void> => {
    setTesting(true);
    await runSelfTest().then(renew).then(() => say(w.tested)).catch(sayProblem);
    setTesting(false);
  };
  return (
    <>
      <PageSentence
        title={w.title}
        sentence={<Sentence state={state} alarms={alarms.length} />}
        note={w.note}
        actions={
          accounts.length === 0 ? null : (
            <Group gap="xs">
              <Button variant="default" loading={isTesting} onClick={() => void test()}>
                {w.testNow}
              </Button>
              <Button {...(accounts.length >= 2 ? { variant: 'default' } : {})} onClick={() => ask({ is: 'make' })}>
                {w.make}
              </Button>
            </Group>
          )
        }
      />
      <div className={css.stack}>
        {alarms.length > 0 ? (
          <Sheet title={w.uses.title} lead={w.uses.lead} tone="danger" isFlush>
            <ul className={css.list}>
              {alarms.map((use) => (
                <li key={use.id}>
                  <Tone tone="danger">
                    <When at={use.at} />
                  </Tone>
                  <span>
                    <strong>{use.accountName}</strong>
                    <p>
                      {deviceName(use.device)} · {use.address} · {w.history.told.toLowerCase()}: {w.history.addresses(use.told)} · <RouteLink to={at.auditOf({ actor: `person:${use.accountId}` })}>{w.uses.audit}</RouteLink>
                    </p>
                  </span>
                  <Group gap="xs">
                    <Button size="compact-sm" variant="default" onClick={() => void endPersonSessions(use.accountId).then(renew).then(() => say(w.uses.ended)).catch(sayProblem)} aria-label={`${w.uses.end}: ${use.accountName}`}>
                      {w.uses.end}
                    </Button>
                    <Button size="compact-sm" onClick={() => ask({ is: 'acknowledge', use })} aria-label={`${w.uses.acknowledge}: ${use.accountName}`}>
                      {w.uses.acknowledge}
                    </Button>
                  </Group>
                </li>
              ))}
            </ul>
          </Sheet>
        ) : null}
        {state.heldDepartures.length > 0 ? (
          <Sheet title={w.held.title} lead={w.held.lead} tone="danger" isFlush actions={<RouteLink to={at.settings('administrators')}>{w.held.administrators}</RouteLink>}>
            <ul className={css.list}>
              {state.heldDepartures.map((one) => (
                <li key={one.personId}>
                  <Tone tone="danger">
                    <When at={one.happenedAt} />
                  </Tone>
                  <span>
                    <RouteLink to={at.person(one.personId)}>{one.personName}</RouteLink>
                    <p>{one.reason}</p>
                  </span>
                  <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'stays', personId: one.personId, name: one.personName })} aria-label={`${w.held.stays}: ${one.personName}`}>
                    {w.held.stays}
                  </Button>
                </li>
              ))}
            </ul>
          </Sheet>
        ) : null}
        {accounts.length === 0 ? (
          <Sheet>
            <EmptyState icon={IconMailOpened} title={w.empty.title} actions={<Button onClick={() => ask({ is: 'make' })}>{w.make}</Button>}>
              {w.empty.text}
            </EmptyState>
          </Sheet>
        ) : (
          <>
            {findings.length > 0 ? (
              <Sheet title={w.findings} tone={findings.some((one) => one.tone === 'danger') ? 'danger' : 'attention'} isFlush>
                <ul className={css.list}>
                  {findings.map((one, index) => (
                    <li key={`${one.code}-${index}`}>
                      <Tone tone={one.tone} isBoxed={false}>
                        <span className="visually-hidden">{words.today.urgency[one.tone === 'danger' ? 'now' : 'today']}</span>
                      </Tone>
                      <span>
                        {sentence(one.text)}
                        <p>
                          {w.remedy} {one.remedy}.
                        </p>
                      </span>
                    </li>
                  ))}
                </ul>
              </Sheet>
            ) : null}
            <div className={css.accounts}>
              {accounts.map((account) => (
                <AccountCard key={account.id} account={account} ask={ask} renew={renew} />
              ))}
            </div>
          </>
        )}
        <div className={css.columns}>
          <Ways state={state} />
          <div className={css.stack}>
            <Sheet
              title={w.alarm.title}
              lead={w.alarm.lead}
              actions={
                <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'alarm' })}>
                  {w.alarm.change}
                </Button>
              }
            >
              {state.alarm.recipients.length === 0 ? <Tone tone="danger">{w.alarm.nobody}</Tone> : <ul className={css.ways}>{state.alarm.recipients.map((address) => <li key={address}>{address}</li>)}</ul>}
            </Sheet>
            <Sheet title={w.selfTest.title} lead={w.selfTest.lead}>
              {state.selfTest ? (
                <p>
                  {w.selfTest.last} <When at={state.selfTest.at} /> ({state.selfTest.by}).
                </p>
              ) : (
                <p className="quiet">{w.selfTest.never}</p>
              )}
            </Sheet>
          </div>
        </div>
        <History uses={state.uses} />
      </div>
      {asked === null ? null : asked.is === 'make' ? (
        <Confirm
          title={w.make}
          effect={w.makeEffect}
          action={w.make}
          onConfirm={async () => {
            await makeAccount();
            await renew();
            say(w.made);
          }}
          onClose={close}
        />
      ) : asked.is === 'acknowledge' ? (
        <WithReason
          title={w.uses.acknowledge}
          effect={w.uses.acknowledgeEffect}
          onConfirm={async (reason) => {
            await acknowledgeUse(asked.use.id, reason);
            await renew();
            say(w.uses.acknowledged);
          }}
          onClose={close}
        />
      ) : asked.is === 'stays' ? (
        <WithReason
          title={`${asked.name}: ${w.held.stays.toLowerCase()}`}
          effect={w.held.staysEffect}
          onConfirm={async (reason) => {
            await dismissDeparture(asked.personId, reason);
            await renew();
            say(w.held.dismissed);
          }}
          onClose={close}
        />
      ) : asked.is === 'alarm' ? (
        <Alarm addresses={state.alarm.addresses} renew={renew} onClose={close} />
      ) : (
        <Dialog asked={asked} renew={renew} onClose={close} />
      )}
    </>
  );
}

/** Read aloud it says whether to act. */
function Sentence({ state, alarms }: { state: BreakGlass; alarms: number }): ReactNode {
  const w = words.breakGlass.sentence;
  if (alarms > 0) return w.unacknowledged(alarms);
  if (state.accounts.length === 0) return w.none;
  return (
    <>
      {w.accounts(state.accounts.filter((account) => account.isWorking).length)}
      {state.lastDrillAt ? (
        <>
          {w.lastDrill}
          <When at={state.lastDrillAt} />
        </>
      ) : (
        w.noDrill
      )}
      {state.findings.length === 0 ? w.works : w.findings(state.findings.length)}
    </>
  );
}

function Ways({ state: { waysIn } }: { state: BreakGlass }) {
  const w = words.breakGlass.ways;
  return (
    <Sheet title={w.title} {...(waysIn.isOpen ? {} : { tone: 'danger' as const, lead: w.closed })}>
      <ul className={css.ways}>
        {waysIn.ways.map((way, index) => (
          <li key={index}>
            {way.is === 'administrator' ? w.administrator(way.name ?? '') : way.is === 'recovery' ? w.recovery(way.name ?? '') : way.is === 'break_glass' ? w.break_glass(way.accounts ?? 0) : w.host} {way.is === 'host' ? <Code>npx bailiwick recover-admin --username …</Code> : null}
          </li>
        ))}
      </ul>
      {waysIn.shutOut.length > 0 ? (
        <p className="quiet">
          {w.shutOut} {waysIn.shutOut.join(', ')}
        </p>
      ) : null}
    </Sheet>
  );
}

function History({ uses }: { uses: readonly BreakGlassUse[] }) {
  const w = words.breakGlass.history;
  const known = uses.filter((use) => use.isDrill || use.acknowledged !== null);
  if (known.length === 0) return null;
  return (
    <Sheet title={w.title}>
      <Table.ScrollContainer minWidth={640}>
        <Table verticalSpacing={8}>
          <Table.Thead>
            <Table.Tr>
              {[w.when, w.account, w.what, w.from, w.why].map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {known.map((use) => (
              <Table.Tr key={use.id}>
                <Table.Td>
                  <When at={use.at} />
                </Table.Td>
                <Table.Td>{use.accountName}</Table.Td>
                <Table.Td>{use.isDrill ? w.took(duration((use.drillSeconds ?? 0) * 1_000)) : w.use}</Table.Td>
                <Table.Td>
                  {deviceName(use.device)}, {use.address}
                </Table.Td>
                <Table.Td>{use.acknowledged ? `${use.acknowledged.reason} (${use.acknowledged.by})` : use.isDrill ? w.drill : ''}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Sheet>
  );
}

function Alarm({ addresses, renew, onClose }: { addresses: readonly string[]; renew: () => Promise<void>; onClose: () => void }) {
  const w = words.breakGlass.alarm;
  const [text, setText] = useState(addresses.join('\n'));
  return (
    <Confirm
      title={w.change}
      effect={<Textarea label={w.addresses} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={3} />}
      action={w.change}
      onConfirm={async () => {
        await changeAlarm(text.split(/[\s,;]+/).filter(Boolean));
        await renew();
        say(w.saved);
      }}
      onClose={onClose}
    />
  );
}
