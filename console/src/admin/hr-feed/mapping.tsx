import { Button, Group, NativeSelect, Stack, Switch, Table } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { hrAttributes, hrDateFormats, hrEncodings, hrSeparators, mapHrImport, type HrAttribute, type HrDateFormat, type HrEncoding, type HrImport, type HrSeparator, type MapHrImport } from '../../api/hr-feed.ts';
import { Refused } from '../../ui/confirm.tsx';
import { say } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { sentence } from '../../ui/state.tsx';
import { Tone } from '../../ui/tone.tsx';
import { words } from '../../words/index.ts';

/** How a file was read, as the request that would read it so again. */
export function mappingOf(file: HrImport): MapHrImport {
  const known = file.recognised;
  if (!known) return { isComplete: file.isComplete };
  const order = known.columns.find((column) => column.nameOrder !== null)?.nameOrder;
  return {
    encoding: known.encoding,
    separator: known.separator,
    isComplete: file.isComplete,
    columns: known.columns.map((column) => ({ index: column.index, attribute: column.attribute })),
    dateFormats: known.columns.flatMap((column) => (column.dateFormat ? [{ index: column.index, format: column.dateFormat }] : [])),
    ...(order ? { nameOrder: order } : {}),
  };
}

export function Mapping({ file, isOpen }: { file: HrImport; isOpen: boolean }) {
  const w = words.hrFeed.mapping;
  const queries = useQueryClient();
  const first = mappingOf(file);
  const [mapping, setMapping] = useState(first);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const known = file.recognised;
  const isChanged = JSON.stringify(first) !== JSON.stringify(mapping);
  const attributeOf = (index: number): HrAttribute | null => mapping.columns?.find((one) => one.index === index)?.attribute ?? null;
  const taken = (attribute: HrAttribute, index: number): boolean => (mapping.columns ?? []).some((one) => one.attribute === attribute && one.index !== index);

  const read = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      // Another encoding or separator makes other columns: those are recognised anew.
      const isOtherText = mapping.encoding !== first.encoding || mapping.separator !== first.separator;
      await mapHrImport(file.id, isOtherText ? { ...(mapping.encoding ? { encoding: mapping.encoding } : {}), ...(mapping.separator ? { separator: mapping.separator } : {}), ...(mapping.isComplete === undefined ? {} : { isComplete: mapping.isComplete }) } : mapping);
      await queries.invalidateQueries({ queryKey: ['hr'] });
      say(w.changed);
    } catch (caught) {
      setError(caught as Error);
    }
    setBusy(false);
  };
  return (
    <Sheet lead={w.lead}>
      <Stack gap="md">
        <Group align="flex-end" gap="md">
          <NativeSelect label={w.encoding} description={known ? sentence(known.encodingReason) : undefined} disabled={!isOpen} value={mapping.encoding ?? ''} onChange={(event) => setMapping({ ...mapping, encoding: event.currentTarget.value as HrEncoding })} data={[...hrEncodings]} />
          <NativeSelect label={w.separator} description={known ? sentence(known.separatorReason) : undefined} disabled={!isOpen} value={mapping.separator ?? ''} onChange={(event) => setMapping({ ...mapping, separator: event.currentTarget.value as HrSeparator })} data={hrSeparators.map((one) => ({ value: one, label: w.separators[one] }))} />
          <Switch label={words.hrFeed.isComplete} description={words.hrFeed.isCompleteText} disabled={!isOpen} checked={mapping.isComplete ?? true} onChange={(event) => setMapping({ ...mapping, isComplete: event.currentTarget.checked })} />
        </Group>
        <Table.ScrollContainer minWidth={720}>
          <Table verticalSpacing={8}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{w.column}</Table.Th>
                <Table.Th>{w.means}</Table.Th>
                <Table.Th>{w.sure}</Table.Th>
                <Table.Th>{w.samples}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {(known?.columns ?? []).map((column) => {
                const attribute = attributeOf(column.index);
                const isDate = attribute === 'startDate' || attribute === 'endDate';
                return (
                  <Table.Tr key={column.index}>
                    <Table.Td>
                      <code>{column.header}</code>
                    </Table.Td>
                    <Table.Td>
                      <Group gap="xs">
                        <NativeSelect
                          size="xs"
                          aria-label={`${w.means}: ${column.header}`}
                          disabled={!isOpen}
                          value={attribute ?? ''}
                          onChange={(event) => {
                            const next = (event.currentTarget.value || null) as HrAttribute | null;
                            setMapping({ ...mapping, columns: (mapping.columns ?? []).map((one) => (one.index === column.index ? { ...one, attribute: next } : next && one.attribute === next ? { ...one, attribute: null } : one)) });
                          }}
                          data={[{ value: '', label: w.ignored }, ...hrAttributes.map((one) => ({ value: one, label: taken(one, column.index) ? `${w.attributes[one]} ←` : w.attributes[one] }))]}
                        />
                        {isDate ? (
                          <NativeSelect
                            size="xs"
                            aria-label={`${w.dateFormat}: ${column.header}`}
                            disabled={!isOpen}
                            value={mapping.dateFormats?.find((one) => one.index === column.index)?.format ?? ''}
                            onChange={(event) => setMapping({ ...mapping, dateFormats: [...(mapping.dateFormats ?? []).filter((one) => one.index !== column.index), ...(event.currentTarget.value ? [{ index: column.index, format: event.currentTarget.value as HrDateFormat }] : [])] })}
                            data={[{ value: '', label: w.dateFormat }, ...hrDateFormats.map((one) => ({ value: one, label: one }))]}
                          />
                        ) : null}
                      </Group>
                    </Table.Td>
                    <Table.Td>
                      <Tone tone={column.confidence === 'likely' ? 'attention' : column.confidence === 'none' ? 'neutral' : 'good'}>{w.confidence[column.confidence]}</Tone>
                      <span className="quiet-under">{sentence([column.reason, column.dateFormatReason].filter(Boolean).join('; '))}</span>
                    </Table.Td>
                    <Table.Td>
                      <span className="quiet">{column.samples.slice(0, 3).join(' · ')}</span>
                    </Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        <Refused error={error} />
        {isOpen ? (
          <Group>
            <Button loading={isBusy} disabled={!isChanged} onClick={() => void read()}>
              {w.read}
            </Button>
          </Group>
        ) : null}
      </Stack>
    </Sheet>
  );
}
