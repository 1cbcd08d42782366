import { Alert, CloseButton, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { auditActionsQuery, auditChainQuery } from '../../api/audit.ts';
import { useNow } from '../../ui/now.ts';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { asSentence } from '../../ui/state.tsx';
import { number, relative } from '../../ui/time.ts';
import { useFilters } from '../../ui/use-filters.ts';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import { AuditList } from './audit-list.tsx';

const startOf = (day: string | undefined): string | undefined => (day ? new Date(`${day}T00:00:00`).toISOString() : undefined);
const endOf = (day: string | undefined): string | undefined => (day ? new Date(`${day}T23:59:59.999`).toISOString() : undefined);

export function Audit() {
  const w = words.audit;
  const now = useNow(1_000);
  const [filters, change] = useFilters();
  const chain = useQuery(auditChainQuery);
  const actions = useQuery(auditActionsQuery);
  const known = chain.data;
  const about = filters['target'] ?? filters['actor'];
  const walk = known?.lastWalk;
  const isBroken = (walk?.findings.length ?? 0) > 0;
  return (
    <>
      <PageSentence
        title={w.title}
        sentence={known ? (known.lastSeq === 0 ? w.sentenceEmpty : rich(isBroken ? w.sentenceBroken(number(known.lastSeq)) : w.sentence(number(known.lastSeq), known.lastSealedAt ? relative(new Date(known.lastSealedAt), now) : null))) : words.ui.loading}
        note={
          known ? (
            <>
              {known.checkpoint ? (
                <>
                  {w.checkpoint(number(known.checkpoint.seq))} <When at={known.checkpoint.at} />.
                </>
              ) : (
                w.noCheckpoint
              )}{' '}
              {known.waiting > 0 ? `${w.waiting(known.waiting)}. ` : ''}
              {walk === null ? `${w.notWalked} ` : null}
              {walk && !isBroken ? (
                <>
                  {w.whole(number(walk.entries))} <When at={walk.at} />.{' '}
                </>
              ) : null}
              {w.verify} <code>npx bailiwick audit verify</code>
            </>
          ) : null
        }
      />
      <Stack gap="sm">
        {walk && isBroken ? (
          <Alert color="red" variant="light" icon={<IconAlertTriangle size={20} />} title={<>{w.broken}, <When at={walk.at} /></>}>
            <ul>
              {walk.findings.map((finding) => (
                <li key={finding}>{asSentence(finding)}</li>
              ))}
            </ul>
            {w.brokenText}
          </Alert>
        ) : null}
        <Group gap="sm">
          <SearchField value={filters['search'] ?? ''} onChange={(search) => change({ search })} label={w.search} width={260} />
          <NativeSelect
            aria-label={w.filterAction}
            value={filters['action'] ?? ''}
            onChange={(event) => change({ action: event.currentTarget.value })}
            data={[{ value: '', label: w.allActions }, ...(actions.data?.items ?? []).map((one) => ({ value: one.action, label: one.name }))]}
          />
          <NativeSelect
            aria-label={w.filterOutcome}
            value={filters['outcome'] ?? ''}
            onChange={(event) => change({ outcome: event.currentTarget.value })}
            data={[
              { value: '', label: w.allOutcomes },
              { value: 'allowed', label: w.outcomes.allowed },
              { value: 'refused', label: w.outcomes.refused },
            ]}
          />
          <TextInput type="date" aria-label={w.from} value={filters['from'] ?? ''} onChange={(event) => change({ from: event.currentTarget.value })} leftSectionWidth={44} leftSection={<span className="small">{w.from}</span>} />
          <TextInput type="date" aria-label={w.to} value={filters['to'] ?? ''} onChange={(event) => change({ to: event.currentTarget.value })} leftSectionWidth={32} leftSection={<span className="small">{w.to}</span>} />
        </Group>
        {about ? (
          <Group gap={4}>
            <span className="quiet">{w.about}</span> <code>{about}</code>
            <CloseButton size="sm" aria-label={words.ui.clear} onClick={() => change({ target: undefined, actor: undefined })} />
          </Group>
        ) : null}
        <AuditList filters={{ search: filters['search'], actor: filters['actor'], action: filters['action'], target: filters['target'], outcome: filters['outcome'], from: startOf(filters['from']), to: endOf(filters['to']) }} />
      </Stack>
    </>
  );
}
