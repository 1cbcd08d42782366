import { Alert, SimpleGrid, Skeleton, Stack, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { leavePerson, rehirePerson, type Person } from '../../api/directory.ts';
import { movementPreviewQuery } from '../../api/lifecycle.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { currentTime } from '../../ui/now.ts';
import { PlanList } from '../../ui/plan-list.tsx';
import { say } from '../../ui/said.tsx';
import { sentence } from '../../ui/state.tsx';
import { words } from '../../words/index.ts';

/** The plan first: what goes, in which system. Then one button. */
export function LeaveDialog({ person, onClose, onDone }: { person: Person; onClose: () => void; onDone: () => void }) {
  const w = words.people.leave;
  const queries = useQueryClient();
  const preview = useQuery(movementPreviewQuery(person.id, { kind: 'leaver' }));
  const [reason, setReason] = useState('');
  return (
    <Confirm
      title={w.title(person.displayName)}
      size="lg"
      effect={
        <Stack gap="md">
          {preview.data ? (
            <>
              <p>
                <strong>{sentence(preview.data.words)}</strong> {w.text}
              </p>
              <PlanList systems={preview.data.systems} />
            </>
          ) : preview.error ? (
            <Alert color="yellow" title={w.noPlan}>
              {sentence(preview.error.message)}
            </Alert>
          ) : (
            <Skeleton height={120} className="after-a-moment" />
          )}
          <p className="quiet">{w.irreversible}</p>
          <Textarea label={w.reason} placeholder={w.reasonExample} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required />
        </Stack>
      }
      action={w.action}
      isDangerous
      isReady={reason.trim() !== '' && !preview.isPending}
      onConfirm={async () => {
        await leavePerson(person.id, reason.trim());
        await queries.invalidateQueries();
        say(w.done(person.displayName));
        onDone();
      }}
      onClose={onClose}
    />
  );
}

export function RehireDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const w = words.people.rehire;
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [start, setStart] = useState(() => new Date(currentTime()).toISOString().slice(0, 10));
  const [end, setEnd] = useState('');
  const preview = useQuery(movementPreviewQuery(person.id, { kind: 'rehire' }));
  return (
    <Confirm
      title={w.title(person.displayName)}
      size="lg"
      effect={
        <Stack gap="md">
          <p>
            {preview.data ? <strong>{sentence(preview.data.words)} </strong> : null}
            {w.text}
          </p>
          <SimpleGrid cols={2} spacing="sm">
            <TextInput type="date" label={w.start} value={start} onChange={(event) => setStart(event.currentTarget.value)} required />
            <TextInput type="date" label={w.end} value={end} onChange={(event) => setEnd(event.currentTarget.value)} />
          </SimpleGrid>
          <Textarea label={w.reason} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required />
        </Stack>
      }
      action={w.action}
      isReady={reason.trim() !== '' && start !== ''}
      onConfirm={async () => {
        await rehirePerson(person.id, { startDate: start, endDate: end || null, reason: reason.trim() });
        await queries.invalidateQueries();
        say(w.done(person.displayName));
      }}
      onClose={onClose}
    />
  );
}
