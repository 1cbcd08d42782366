import { ActionIcon, Button, Group, Menu, Modal, NativeSelect, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { IconCertificate, IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { certificateList, issueCertificate, registerCertificate, renewCertificate, revokeCertificate, type Certificate, type CertificateIssued, type EndReason } from '../../api/certificate.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { DataList, type Column } from '../../ui/data-list.tsx';
import { useMay } from '../../ui/me.tsx';
import { Person } from '../../ui/person.tsx';
import { PersonPicker } from '../../ui/person-picker.tsx';
import { say } from '../../ui/said.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { EmptyState } from '../../ui/state.tsx';
import { Tone } from '../../ui/tone.tsx';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import { ticked } from '../../words/ticked.tsx';
import css from './certificates.module.css';

type Asked = { is: 'register' } | { is: 'renew' | 'revoke'; one: Certificate };

export function CertificateList({ hasAuthority }: { hasAuthority: boolean }) {
  const w = words.certificate.list;
  const [search, setSearch] = useState('');
  const [asked, ask] = useState<Asked | null>(null);
  const query = useInfiniteQuery(certificateList(search));
  const mayRegister = useMay('authentication.certificate.register');
  const queries = useQueryClient();
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['settings'] });
  const close = (): void => ask(null);
  const who = (one: Certificate) => (one.person ? <Person.Line id={one.person.id} name={one.person.displayName} /> : <span className="quiet">{w.nobody}</span>);
  const until = (one: Certificate) => (one.endedAt ? <Tone tone="neutral">{w.ended(w.reasons[one.endReason ?? 'unspecified'])}</Tone> : <When at={one.notAfter} />);
  const columns: readonly Column<Certificate>[] = [
    { key: 'person', title: w.columns.person, width: '2fr', render: who },
    { key: 'name', title: w.columns.name, width: '2fr', render: (one) => (one.isRenewed && !one.endedAt ? `${one.name} (${w.renewed})` : one.name) },
    { key: 'issuer', title: w.columns.issuer, width: '1.5fr', render: (one) => one.issuerName },
    { key: 'used', title: w.columns.used, width: '120px', render: (one) => <When at={one.lastUsedAt} /> },
    { key: 'until', title: w.columns.until, width: '210px', render: until },
    { key: 'do', title: w.columns.change, width: '64px', render: (one) => <Actions one={one} ask={ask} hasAuthority={hasAuthority} /> },
  ];
  return (
    <Sheet
      title={w.title}
      actions={
        mayRegister ? (
          <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'register' })}>
            {w.register}
          </Button>
        ) : null
      }
    >
      <Stack gap="sm">
        <SearchField value={search} onChange={setSearch} label={w.search} />
        <DataList
          name={w.title}
          query={query}
          columns={columns}
          keyOf={(one) => one.id}
          card={(one) => (
            <Group justify="space-between" wrap="nowrap">
              <div>
                {who(one)}
                <span className="quiet-under">
                  {one.name} · {one.issuerName}
                </span>
                {until(one)}
              </div>
              <Actions one={one} ask={ask} hasAuthority={hasAuthority} />
            </Group>
          )}
          empty={
            <EmptyState icon={IconCertificate} title={search ? words.ui.nothingFound : w.none}>
              {search ? words.ui.nothingFoundText : w.noneText}
            </EmptyState>
          }
        />
      </Stack>
      {asked?.is === 'register' ? <Register onClose={close} renew={renew} /> : null}
      {asked?.is === 'renew' ? <IssueCertificate renewed={asked.one} onClose={close} renew={renew} /> : null}
      {asked?.is === 'revoke' ? <Revoke one={asked.one} onClose={close} renew={renew} /> : null}
    </Sheet>
  );
}

function Actions({ one, ask, hasAuthority }: { one: Certificate; ask: (asked: Asked) => void; hasAuthority: boolean }) {
  const w = words.certificate.list;
  const mayIssue = useMay('authentication.certificate.issue');
  const mayRevoke = useMay('authentication.certificate.revoke');
  const canRenew = mayIssue && hasAuthority && one.isOurOwn && one.person !== null && (one.endedAt === null || one.endReason === 'expired');
  const canRevoke = mayRevoke && one.endedAt === null;
  if (!canRenew && !canRevoke) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={`${words.ui.more}: ${one.name}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {canRenew ? <Menu.Item onClick={() => ask({ is: 'renew', one })}>{w.renew}</Menu.Item> : null}
        {canRevoke ? (
          <Menu.Item color="red" onClick={() => ask({ is: 'revoke', one })}>
            {w.revoke}
          </Menu.Item>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}

interface DialogProps {
  readonly onClose: () => void;
  readonly renew: () => Promise<void>;
}

/** From a request of the device, for somebody new or in place of a certificate that is there. */
export function IssueCertificate({ renewed, onClose, renew }: DialogProps & { renewed: Certificate | null }) {
  const w = words.certificate.list;
  const [person, setPerson] = useState<{ id: string; name: string } | null>(null);
  const [name, setName] = useState('');
  const [request, setRequest] = useState('');
  const [isMadeHere, setMadeHere] = useState(false);
  const [made, setMade] = useState<CertificateIssued | null>(null);
  if (made) return <Made made={made} onClose={onClose} />;
  return (
    <Confirm
      title={renewed ? `${w.renew}: ${renewed.name}` : words.certificate.authority.issue}
      size="lg"
      effect={
        <Stack gap="sm">
          {renewed ? null : (
            <>
              <PersonPicker label={w.person} value={person?.id ?? null} onChange={(id, chosen) => setPerson(id ? { id, name: chosen ?? '' } : null)} isRequired />
              <TextInput label={w.nameOf} placeholder={w.nameExample} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={60} />
            </>
          )}
          {isMadeHere ? null : <Textarea label={w.request} description={ticked(w.requestText)} value={request} onChange={(event) => setRequest(event.currentTarget.value)} autosize minRows={4} maxRows={10} required spellCheck={false} classNames={{ input: css.pem ?? '' }} />}
          <Switch label={w.isMadeHere} description={isMadeHere ? w.isMadeHereText : undefined} checked={isMadeHere} onChange={(event) => setMadeHere(event.currentTarget.checked)} />
          <p className="quiet">{renewed ? w.renewEffect : w.issueEffect}</p>
        </Stack>
      }
      action={renewed ? w.renew : words.certificate.authority.issue}
      isReady={(isMadeHere || request.trim() !== '') && (renewed !== null || (person !== null && name.trim() !== ''))}
      onConfirm={async () => {
        const wish = isMadeHere ? null : request;
        const issued = renewed ? await renewCertificate(renewed.id, wish) : await issueCertificate({ personId: person!.id, name: name.trim(), request: wish });
        await renew();
        setMade(issued);
        // The dialog changes its face in place of closing.
        await new Promise(() => undefined);
      }}
      onClose={onClose}
    />
  );
}

function Made({ made, onClose }: { made: CertificateIssued; onClose: () => void }) {
  const w = words.certificate.list;
  const text = made.certificate + made.authority;
  const store = made.keyStore;
  const download = (): void => {
    const content = store ? Uint8Array.from(atob(store.file), (letter) => letter.charCodeAt(0)) : text;
    const address = URL.createObjectURL(new Blob([content], { type: store ? 'application/x-pkcs12' : 'application/x-pem-file' }));
    Object.assign(document.createElement('a'), { href: address, download: store ? 'certificate.p12' : 'certificate.pem' }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1_000);
  };
  return (
    <Modal opened onClose={onClose} title={w.issuedTitle} size="lg" closeOnClickOutside={store === null}>
      <Stack gap="md">
        <p>{store ? w.keyStoreText : w.issuedText}</p>
        {store ? <SecretOnce value={store.password} label={w.keyStorePassword} /> : <pre className={css.issued} tabIndex={0} role="region" aria-label={w.issuedTitle}>{text}</pre>}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={download}>
            {store ? w.keyStoreDownload : words.certificate.authority.download}
          </Button>
          <Button onClick={onClose}>{words.ui.close}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Register({ onClose, renew }: DialogProps) {
  const w = words.certificate.list;
  const [person, setPerson] = useState<{ id: string; name: string } | null>(null);
  const [name, setName] = useState('');
  const [pem, setPem] = useState('');
  return (
    <Confirm
      title={w.register}
      size="lg"
      effect={
        <Stack gap="sm">
          <PersonPicker label={w.person} value={person?.id ?? null} onChange={(id, chosen) => setPerson(id ? { id, name: chosen ?? '' } : null)} isRequired />
          <TextInput label={w.nameOf} placeholder={w.nameExample} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={60} />
          <Textarea label={w.certificate} value={pem} onChange={(event) => setPem(event.currentTarget.value)} autosize minRows={4} maxRows={10} required spellCheck={false} classNames={{ input: css.pem ?? '' }} />
          <p className="quiet">{w.registerEffect}</p>
        </Stack>
      }
      action={w.register}
      isReady={person !== null && name.trim() !== '' && pem.trim() !== ''}
      onConfirm={async () => {
        await registerCertificate({ personId: person!.id, name: name.trim(), certificate: pem });
        await renew();
        say(w.registered(person!.name));
      }}
      onClose={onClose}
    />
  );
}

function Revoke({ one, onClose, renew }: DialogProps & { one: Certificate }) {
  const w = words.certificate.list;
  const [reason, setReason] = useState<EndReason>('key_compromise');
  const [endsSessions, setEndsSessions] = useState(true);
  const { expired: _expired, ...reasons } = w.reasons;
  return (
    <Confirm
      title={w.revokeTitle(one.name)}
      effect={
        <Stack gap="sm">
          <p>{w.revokeEffect}</p>
          <NativeSelect label={w.reason} value={reason} onChange={(event) => setReason(event.currentTarget.value as EndReason)} data={Object.entries(reasons).map(([value, label]) => ({ value, label }))} />
          <Switch label={w.endSessions} checked={endsSessions} onChange={(event) => setEndsSessions(event.currentTarget.checked)} />
        </Stack>
      }
      action={w.revoke}
      isDangerous
      onConfirm={async () => {
        await revokeCertificate(one.id, { reason, endSessions: endsSessions });
        await renew();
        say(w.revoked(one.name));
      }}
      onClose={onClose}
    />
  );
}
