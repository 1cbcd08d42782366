import { Anchor, Button, Group, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { IconCertificate2 } from '@tabler/icons-react';
import { useState } from 'react';
import { endAuthority, makeAuthority, type Issuers } from '../../api/certificate.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Facts } from '../../ui/facts.tsx';
import { useMay } from '../../ui/me.tsx';
import { say } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { EmptyState } from '../../ui/state.tsx';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import { IssueCertificate } from './certificate-list.tsx';

export function CertificateAuthority({ issuers: { authority, items } }: { issuers: Issuers }) {
  const w = words.certificate.authority;
  const wi = words.certificate.issuers;
  const [asked, ask] = useState<'make' | 'end' | 'issue' | null>(null);
  const [name, setName] = useState('');
  const mayMake = useMay('authentication.certificate-authority.make');
  const mayIssue = useMay('authentication.certificate.issue');
  const queries = useQueryClient();
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['settings'] });
  const own = items.find((one) => one.isOurOwn);
  const close = (): void => ask(null);
  return (
    <Sheet
      title={w.title}
      lead={w.lead}
      actions={
        authority && own ? (
          <Group gap="xs">
            {mayMake ? (
              <Button size="compact-sm" variant="subtle" color="gray" onClick={() => ask('end')}>
                {w.end}
              </Button>
            ) : null}
            {mayIssue ? (
              <Button size="compact-sm" onClick={() => ask('issue')}>
                {w.issue}
              </Button>
            ) : null}
          </Group>
        ) : null
      }
    >
      {authority && own ? (
        <Facts
          facts={[
            [w.name, own.name],
            [wi.inUse, wi.certificates(own.certificates)],
            [wi.valid, <When key="until" at={own.facts.notAfter} />],
            [
              w.certificate,
              <Anchor key="certificate" href={authority.certificateUrl} download="authority.cer">
                {w.download}
              </Anchor>,
            ],
            [w.list, <code key="list">{authority.listUrl}</code>],
          ]}
        />
      ) : (
        <EmptyState icon={IconCertificate2} title={w.none} actions={mayMake ? <Button onClick={() => ask('make')}>{w.make}</Button> : null}>
          {w.noneText}
        </EmptyState>
      )}
      {asked === 'make' ? (
        <Confirm
          title={w.make}
          effect={
            <>
              <TextInput label={w.name} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={60} mb="sm" data-autofocus />
              <p className="quiet">{w.makeEffect}</p>
            </>
          }
          action={w.make}
          isReady={name.trim() !== ''}
          onConfirm={async () => {
            await makeAuthority(name.trim());
            await renew();
            say(w.made(name.trim()));
          }}
          onClose={close}
        />
      ) : null}
      {asked === 'end' ? (
        <Confirm
          title={w.endTitle}
          effect={w.endEffect(own?.certificates ?? 0)}
          action={w.end}
          isDangerous
          onConfirm={async () => {
            await endAuthority();
            await renew();
            say(w.ended);
          }}
          onClose={close}
        />
      ) : null}
      {asked === 'issue' ? <IssueCertificate renewed={null} onClose={close} renew={renew} /> : null}
    </Sheet>
  );
}
