import { Button, Group, NativeSelect, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { mapHrImport, type HrDateFormat, type HrImport, type HrNameOrder, type HrQuestion, type MapHrImport } from '../../api/hr-feed.ts';
import { Refused } from '../../ui/confirm.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { sentence } from '../../ui/state.tsx';
import { words } from '../../words/index.ts';
import { mappingOf } from './mapping.tsx';

const keyOf = (question: HrQuestion): string => `${question.is}:${question.index ?? question.attribute ?? ''}`;

/** What the file itself cannot say: 03/04 may be March or April. Asked, never guessed. */
export function Questions({ file }: { file: HrImport }) {
  const w = words.hrFeed.questions;
  const queries = useQueryClient();
  const [answers, setAnswers] = useState<Readonly<Record<string, string>>>({});
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);

  const send = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    const mapping = mappingOf(file);
    let body: MapHrImport = mapping;
    for (const question of file.questions) {
      const answer = answers[keyOf(question)];
      if (answer === undefined || answer === '') continue;
      if (question.is === 'date_format' && question.index !== null) body = { ...body, dateFormats: [...(body.dateFormats ?? []).filter((one) => one.index !== question.index), { index: question.index, format: answer as HrDateFormat }] };
      if (question.is === 'name_order') body = { ...body, nameOrder: answer as HrNameOrder };
      if (question.is === 'column') {
        const column = file.recognised?.columns.find((one) => one.header === answer || String(one.index) === answer);
        if (column) body = { ...body, columns: (body.columns ?? []).map((one) => (one.index === column.index ? { index: one.index, attribute: question.attribute } : one)) };
      }
    }
    try {
      await mapHrImport(file.id, body);
      await queries.invalidateQueries({ queryKey: ['hr'] });
    } catch (caught) {
      setError(caught as Error);
    }
    setBusy(false);
  };
  return (
    <Sheet tone="attention" title={w.title} lead={w.lead}>
      <Stack gap="sm" align="flex-start">
        {file.questions.map((question) => (
          <NativeSelect
            key={keyOf(question)}
            label={sentence(question.text)}
            value={answers[keyOf(question)] ?? ''}
            onChange={(event) => setAnswers({ ...answers, [keyOf(question)]: event.currentTarget.value })}
            data={[{ value: '', label: w.choose }, ...question.choices.map((choice) => ({ value: choice, label: choice }))]}
          />
        ))}
        <Refused error={error} />
        <Group>
          <Button loading={isBusy} disabled={Object.values(answers).every((answer) => answer === '')} onClick={() => void send()}>
            {w.answer}
          </Button>
        </Group>
      </Stack>
    </Sheet>
  );
}
