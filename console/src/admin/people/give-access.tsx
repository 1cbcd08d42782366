import { NativeSelect, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { endGrant, giveGrant, type Grant } from '../../api/authorization.ts';
import { allApplications, entitlementsOf, type Person } from '../../api/directory.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { say } from '../../ui/said.tsx';
import { words } from '../../words/index.ts';

export function GiveAccess({ person, onClose }: { person: Person; onClose: () => void }) {
  const w = words.access;
  const queries = useQueryClient();
  const applications = useQuery(allApplications);
  const [applicationId, setApplicationId] = useState('');
  const entitlements = useQuery({ ...entitlementsOf(applicationId), enabled: applicationId !== '' });
  const [entitlementId, setEntitlementId] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const chosen = entitlements.data?.items.find((one) => one.id === entitlementId);
  return (
    <Confirm
      title={w.giveTitle(person.displayName)}
      effect={
        <Stack gap="sm">
          <NativeSelect
            label={w.application}
            value={applicationId}
            onChange={(event) => {
              setApplicationId(event.currentTarget.value);
              setEntitlementId(null);
            }}
            data={[{ value: '', label: w.chooseApplication }, ...(applications.data?.items ?? []).filter((one) => one.entitlements > 0).map((one) => ({ value: one.id, label: one.name }))]}
            required
          />
          <Select
            label={w.entitlement}
            placeholder={w.chooseEntitlement}
            searchable
            disabled={applicationId === ''}
            value={entitlementId}
            onChange={setEntitlementId}
            data={(entitlements.data?.items ?? []).filter((one) => one.isGrantable).map((one) => ({ value: one.id, label: one.risk === 'low' ? one.name : `${one.name} (${w.risk[one.risk]})` }))}
            description={chosen?.purpose}
            required
          />
          <Textarea label={w.reason} description={w.reasonText} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required />
          <TextInput type="date" label={w.expires} description={w.expiresText} value={until} onChange={(event) => setUntil(event.currentTarget.value)} />
        </Stack>
      }
      action={w.giveAction}
      isReady={entitlementId !== null && reason.trim() !== ''}
      onConfirm={async () => {
        await giveGrant({ personId: person.id, entitlementId: entitlementId!, reason: reason.trim(), expiresAt: until ? new Date(`${until}T23:59:59`).toISOString() : null });
        await queries.invalidateQueries({ queryKey: ['grants'] });
        say(w.given(chosen?.name ?? '', person.displayName));
      }}
      onClose={onClose}
    />
  );
}

export function EndGrant({ grant, onClose }: { grant: Grant; onClose: () => void }) {
  const w = words.access;
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  return (
    <Confirm
      title={w.endTitle(grant.entitlementName)}
      effect={
        <Stack gap="sm">
          <p>{w.endEffect(grant.personName, grant.entitlementName, grant.applicationName)}</p>
          {grant.source === 'birthright' ? <p>{w.endBirthright}</p> : null}
          <Textarea label={w.reason} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required />
        </Stack>
      }
      action={w.endAction}
      isDangerous
      isReady={reason.trim() !== ''}
      onConfirm={async () => {
        await endGrant(grant.id, reason.trim());
        await queries.invalidateQueries({ queryKey: ['grants'] });
        say(w.ended(grant.entitlementName));
      }}
      onClose={onClose}
    />
  );
}
