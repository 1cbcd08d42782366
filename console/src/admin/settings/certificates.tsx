import { useQuery } from '@tanstack/react-query';
import { Alert, Stack } from '@mantine/core';
import { IconCertificateOff } from '@tabler/icons-react';
import { issuersQuery } from '../../api/certificate.ts';
import { Loaded } from '../../ui/state.tsx';
import { words } from '../../words/index.ts';
import { ticked } from '../../words/ticked.tsx';
import { CertificateAuthority } from './certificate-authority.tsx';
import { CertificateIssuers } from './certificate-issuers.tsx';
import { CertificateList } from './certificate-list.tsx';

/** Who may vouch for people by certificate, what was issued, and whether anybody can show one. */
export function Certificates() {
  const w = words.certificate;
  const query = useQuery(issuersQuery);
  return (
    <Loaded query={query} rows={8}>
      {(issuers) => (
        <Stack gap="lg">
          {issuers.door === null ? (
            <Alert color="yellow" variant="light" icon={<IconCertificateOff size={20} aria-hidden="true" />}>
              {ticked(w.noDoor)}
            </Alert>
          ) : (
            <p>{ticked(issuers.door.through === 'listener' ? w.doorListener(issuers.door.url) : w.doorProxy(issuers.door.url))}</p>
          )}
          <CertificateIssuers issuers={issuers} />
          <CertificateAuthority issuers={issuers} />
          <CertificateList hasAuthority={issuers.authority !== null} />
        </Stack>
      )}
    </Loaded>
  );
}
