import { Anchor, Modal, Stack } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { IconKey, IconMail } from '@tabler/icons-react';
import { useState } from 'react';
import { clientList, type Client } from '../../api/federation.ts';
import { outboxQuery, type OutboxMail } from '../../api/settings.ts';
import { at } from '../../ui/at.ts';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { Facts } from '../../ui/facts.tsx';
import { useMe } from '../../ui/me.tsx';
import raw from '../../ui/proof-mark.module.css';
import { RouteLink } from '../../ui/route-link.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { EmptyState, Loaded } from '../../ui/state.tsx';
import { useGo } from '../../ui/use-filters.ts';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';

export function Clients() {
  const w = words.settings.clients;
  const go = useGo();
  const list = useInfiniteQuery(clientList());
  const columns: Column<Client>[] = [
    {
      key: 'name',
      title: w.columns.name,
      width: '2fr',
      render: (one) => (
        <>
          {one.name}
          <span className="quiet-under">
            <code>{one.clientId}</code>
          </span>
        </>
      ),
    },
    { key: 'application', title: w.columns.application, width: '2fr', render: (one) => <RouteLink to={at.application(one.applicationId, 'signIn')}>{one.applicationName}</RouteLink> },
    { key: 'kind', title: w.columns.kind, width: '1fr', render: (one) => words.applications.client.kinds[one.kind] },
    { key: 'level', title: w.columns.level, width: '80px', render: (one) => one.leastAssuranceLevel },
    { key: 'used', title: w.columns.used, width: '140px', render: (one) => <When at={one.lastUsedAt} /> },
  ];
  return (
    <Stack gap="sm">
      <p className="quiet">{w.lead}</p>
      <DataList
        name={words.settings.tabs.clients}
        query={list}
        columns={columns}
        keyOf={(one) => one.clientId}
        onOpen={(one) => go(at.application(one.applicationId, 'signIn'))}
        rowHeight={52}
        card={(one) => (
          <>
            <strong>{one.name}</strong>
            <span className="small quiet">{one.applicationName}</span>
          </>
        )}
        empty={
          <EmptyState icon={IconKey} title={w.none}>
            {w.noneText}
          </EmptyState>
        }
      />
    </Stack>
  );
}

export function Mail() {
  const w = words.settings.mail;
  const query = useQuery(outboxQuery);
  const [open, setOpen] = useState<OutboxMail | null>(null);
  return (
    <Sheet title={words.settings.tabs.mail} {...(query.data ? { lead: w.lead } : {})}>
      <Loaded query={query} rows={3}>
        {(outbox) =>
          outbox === null ? (
            <EmptyState icon={IconMail} title={w.notHere}>
              {w.notHereText}
            </EmptyState>
          ) : outbox.items.length === 0 ? (
            <EmptyState icon={IconMail} title={w.none}>
              {w.noneText}
            </EmptyState>
          ) : (
            <Facts
              facts={outbox.items.map((mail) => [
                mail.recipient,
                <span key={mail.id}>
                  <Anchor component="button" type="button" ta="start" onClick={() => setOpen(mail)}>
                    {mail.subject}
                  </Anchor>{' '}
                  <span className="small quiet">
                    <When at={mail.createdAt} />
                  </span>
                </span>,
              ])}
            />
          )
        }
      </Loaded>
      {open ? (
        <Modal opened onClose={() => setOpen(null)} title={open.subject} size="lg">
          <Stack gap="sm">
            <Facts
              facts={[
                [w.columns.to, open.recipient],
                [w.columns.at, <When key="at" at={open.createdAt} />],
              ]}
            />
            <pre className={raw.raw} tabIndex={0}>
              {open.text}
            </pre>
          </Stack>
        </Modal>
      ) : null}
    </Sheet>
  );
}

export function About() {
  const w = words.settings.about;
  const me = useMe();
  return (
    <Sheet title={words.shell.product} lead={w.lead}>
      <Facts
        facts={[
          [
            w.api,
            <Anchor key="api" href="/api/openapi.json" target="_blank" rel="noreferrer">
              /api/openapi.json
            </Anchor>,
          ],
          [
            w.discovery,
            <Anchor key="discovery" href="/.well-known/openid-configuration" target="_blank" rel="noreferrer">
              /.well-known/openid-configuration
            </Anchor>,
          ],
          [
            w.signedIn,
            me.session ? (
              <span key="session">
                {w.level(me.session.assuranceLevel)}
                {me.session.isPhishingResistant ? `, ${w.phishingResistant}` : ''}, {w.until} <When at={me.session.expiresAt} />
              </span>
            ) : null,
          ],
          [w.licence, w.apache],
        ]}
      />
    </Sheet>
  );
}
