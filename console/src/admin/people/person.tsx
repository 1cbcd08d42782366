import { Button, Menu, Stack, Tabs } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { IconDots, IconDoorExit, IconEdit, IconLifebuoy, IconTicket, IconUserUp } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { personAccessQuery, type Grant, type PersonAccess } from '../../api/authorization.ts';
import { heldDeparturesQuery } from '../../api/break-glass.ts';
import { accountList, personQuery, type Person } from '../../api/directory.ts';
import { movementList } from '../../api/lifecycle.ts';
import { lifeLineQuery } from '../../api/reports.ts';
import { AccessList } from '../../ui/access-list.tsx';
import { AccessPassDialog } from '../../ui/access-pass.tsx';
import { AskForResetDialog } from '../../ui/ask-for-reset.tsx';
import { at } from '../../ui/at.ts';
import { Facts } from '../../ui/facts.tsx';
import { LifeLine } from '../../ui/life-line.tsx';
import { useNow } from '../../ui/now.ts';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { PersonStatusWord } from '../../ui/person-status.tsx';
import { RouteLink } from '../../ui/route-link.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { asSentence, Loaded, LoadingState } from '../../ui/state.tsx';
import { day, relative } from '../../ui/time.ts';
import { Tone } from '../../ui/tone.tsx';
import { useFilters } from '../../ui/use-filters.ts';
import { Day, When } from '../../ui/when.tsx';
import { useMay, useMe } from '../../ui/me.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import { AuditList } from '../audit/audit-list.tsx';
import { AccountsTable } from '../inventory/accounts-table.tsx';
import { MovementLine } from '../movements/movement-line.tsx';
import { EndGrant, GiveAccess } from './give-access.tsx';
import { LeaveDialog, RehireDialog } from './leave.tsx';
import { ChangePersonDialog } from './person-form.tsx';
import { SignIns } from './sign-ins.tsx';

export function PersonPage() {
  const { personId } = useParams({ strict: false }) as { personId: string };
  const query = useQuery(personQuery(personId));
  return <Loaded query={query}>{(person) => <Shown person={person} />}</Loaded>;
}

function sentenceOf(person: Person, access: PersonAccess | undefined, now: number): ReactNode {
  const w = words.people.person;
  const grants = access?.items.length ?? 0;
  const systems = new Set(access?.items.map((grant) => grant.applicationId)).size;
  if (person.status === 'left') return rich(`${w.left(person.displayName, person.leftAt ? relative(new Date(person.leftAt), now) : '')}${access ? w.stillHas(grants, systems) : '.'}`);
  if (person.status === 'staged') return rich(`${w.joins(person.displayName, person.startDate ? day(person.startDate) : null, person.department)}.`);
  return rich(`${w.works(person.displayName, person.title, person.department)}${access ? w.has(grants, systems) : '.'}`);
}

function Shown({ person }: { person: Person }) {
  const w = words.people;
  const now = useNow(1_000);
  const [filters, change] = useFilters();
  const access = useQuery(personAccessQuery(person.id));
  const mayLife = useMay('reports.life-line.read');
  const life = useQuery({ ...lifeLineQuery(person.id), enabled: mayLife });
  const moves = useInfiniteQuery(movementList({ personId: person.id }, 50));
  // Only administrators are ever held, and only while they are here.
  const departures = useQuery({ ...heldDeparturesQuery, enabled: useMay('directory.person.leave') && person.isPrivileged && person.status === 'active' });
  const held = departures.data?.items.find((one) => one.personId === person.id);
  const movements = moves.data?.pages.flatMap((page) => page.items) ?? [];
  const [asked, ask] = useState<{ is: 'leave' | 'rehire' | 'pass' | 'reset' | 'change' | 'give' } | { is: 'end'; grant: Grant } | null>(null);
  const close = (): void => ask(null);
  const tab = filters['tab'] || 'access';
  const isHere = person.status !== 'left';
  // An administrator issues the pass alone; for everybody else a reset takes two.
  const { permissions, consoleRoles } = useMe();
  const mayReset = permissions.includes('authentication.reset.ask') && !consoleRoles.includes('administrator');
  const may = { pass: useMay('authentication.access-pass.issue'), leave: useMay('directory.person.leave'), rehire: useMay('directory.person.rehire'), change: useMay('directory.person.change'), give: useMay('authorization.grant.give'), end: useMay('authorization.grant.end'), signIns: useMay('authentication.session.read'), audit: useMay('audit.entry.read'), accounts: useMay('directory.account.read') };
  const tabs = (['access', 'accounts', 'signIns', 'movements', 'details', 'audit'] as const).filter((name) => !(name === 'signIns' && !may.signIns) && !(name === 'audit' && !may.audit) && !(name === 'accounts' && !may.accounts));

  return (
    <>
      <PageSentence
        title={person.displayName}
        trail={[{ title: w.title, to: at.people }]}
        sentence={sentenceOf(person, access.data, now)}
        note={
          <>
            <PersonStatusWord status={person.status} /> {person.isPrivileged ? <Tone tone="attention">{w.person.privileged}</Tone> : null} {[person.workEmail, person.employeeNumber, person.location].filter(Boolean).join(' · ')}
          </>
        }
        actions={
          <>
            {isHere ? may.pass ? (
              <Button variant="default" leftSection={<IconTicket size={16} />} onClick={() => ask({ is: 'pass' })}>
                {w.person.pass}
              </Button>
            ) : null : may.rehire ? (
              <Button variant="default" leftSection={<IconUserUp size={16} />} onClick={() => ask({ is: 'rehire' })}>
                {w.person.rehire}
              </Button>
            ) : null}
            {isHere && mayReset ? (
              <Button variant="default" leftSection={<IconLifebuoy size={16} />} onClick={() => ask({ is: 'reset' })}>
                {words.recovery.resets.ask}
              </Button>
            ) : null}
            {isHere && may.leave ? (
              <Button color="red" variant="light" leftSection={<IconDoorExit size={16} />} onClick={() => ask({ is: 'leave' })}>
                {w.person.leave}
              </Button>
            ) : null}
            {person.source === 'manual' && may.change ? (
              <Menu>
                <Menu.Target>
                  <Button variant="default" px={8} aria-label={words.ui.more}>
                    <IconDots size={16} />
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item leftSection={<IconEdit size={16} />} onClick={() => ask({ is: 'change' })}>
                    {w.person.change}
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            ) : null}
          </>
        }
      />
      <Stack gap="lg">
        {held ? (
          <Sheet title={words.breakGlass.held.title} lead={words.breakGlass.held.ofPerson(person.displayName)} tone="danger" actions={<RouteLink to={at.breakGlass}>{words.breakGlass.title}</RouteLink>}>
            <p>
              <When at={held.happenedAt} />: {held.reason}
            </p>
          </Sheet>
        ) : null}
        {mayLife ? (
          <Sheet title={w.person.lifeLine}>
            <Loaded query={life} rows={2}>
              {({ items }) =>
                items.length === 0 ? (
                  <p className="quiet">{w.life.empty}</p>
                ) : (
                  <LifeLine points={items.map((point, index) => ({ key: `${point.at}${index}`, at: point.at, title: asSentence(point.sentence).replace(/\.$/, ''), to: point.movementId ? at.movement(point.movementId) : null, proof: point.proof }))} />
                )
              }
            </Loaded>
          </Sheet>
        ) : null}
        <Tabs value={tab} onChange={(next) => change({ tab: next ?? undefined })}>
          <Tabs.List mb="md">
            {tabs.map((name) => (
              <Tabs.Tab key={name} value={name}>
                {w.person.tabs[name]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="access">
            <Sheet
              title={words.access.grants(access.data?.items.length ?? 0)}
              actions={
                isHere && may.give ? (
                  <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'give' })}>
                    {words.access.give}
                  </Button>
                ) : null
              }
            >
              <Loaded query={access}>{(known) => <AccessList access={known} isAdmin {...(may.end ? { onEnd: (grant: Grant) => ask({ is: 'end', grant }) } : {})} />}</Loaded>
            </Sheet>
          </Tabs.Panel>
          <Tabs.Panel value="accounts">
            <AccountsOf personId={person.id} />
          </Tabs.Panel>
          <Tabs.Panel value="signIns">
            <SignIns person={person} />
          </Tabs.Panel>
          <Tabs.Panel value="movements">
            <Sheet isFlush>
              {moves.data ? movements.length > 0 ? movements.map((movement) => <MovementLine key={movement.id} movement={movement} />) : <p className="quiet">{w.life.empty}</p> : <LoadingState rows={3} />}
            </Sheet>
          </Tabs.Panel>
          <Tabs.Panel value="details">
            <Sheet title={w.person.details} {...(person.source === 'hr' ? { lead: w.person.fromHr } : {})}>
              <Facts
                facts={[
                  [w.fields.givenName, person.givenName],
                  [w.fields.familyName, person.familyName],
                  [w.fields.username, <code key="username">{person.username}</code>],
                  [w.fields.employeeNumber, person.employeeNumber],
                  [w.fields.workEmail, person.workEmail],
                  [w.fields.privateEmail, person.privateEmail],
                  [w.fields.title, person.title],
                  [w.fields.department, person.department],
                  [w.fields.division, person.division],
                  [w.fields.location, person.location],
                  [w.fields.employmentType, person.employmentType],
                  [w.fields.manager, person.managerId ? <RouteLink key="manager" to={at.person(person.managerId)}>{person.managerName}</RouteLink> : w.person.noManager],
                  [w.fields.reports, person.reports > 0 ? <RouteLink key="reports" to={`${at.people}?managerId=${person.id}`}>{person.reports}</RouteLink> : '0'],
                  [w.fields.startDate, <Day key="start" on={person.startDate} />],
                  [w.fields.endDate, <Day key="end" on={person.endDate} />],
                  [w.fields.source, w.sources[person.source]],
                ]}
              />
            </Sheet>
          </Tabs.Panel>
          <Tabs.Panel value="audit">
            <AuditList filters={{ target: `person:${person.id}` }} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
      {asked?.is === 'leave' ? <LeaveDialog person={person} onClose={close} onDone={() => change({ tab: 'movements' })} /> : null}
      {asked?.is === 'rehire' ? <RehireDialog person={person} onClose={close} /> : null}
      {asked?.is === 'pass' ? <AccessPassDialog personId={person.id} name={person.displayName} onClose={close} /> : null}
      {asked?.is === 'reset' ? <AskForResetDialog personId={person.id} name={person.displayName} onClose={close} /> : null}
      {asked?.is === 'change' ? <ChangePersonDialog person={person} onClose={close} /> : null}
      {asked?.is === 'give' ? <GiveAccess person={person} onClose={close} /> : null}
      {asked?.is === 'end' ? <EndGrant grant={asked.grant} onClose={close} /> : null}
    </>
  );
}

function AccountsOf({ personId }: { personId: string }) {
  const list = useInfiniteQuery(accountList({ personId }));
  return <AccountsTable query={list} isOfPerson />;
}
