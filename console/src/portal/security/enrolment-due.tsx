import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { wantInWords } from '../../admin/enrolment/in-words.ts';
import { myEnrolmentQuery, type OwnEnrolment } from '../../api/enrolment.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { day } from '../../ui/time.ts';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';

/** Two rules that ask for the same are one thing to do: by the earlier day, put off as often as the narrower allows. */
function eachOnce(items: OwnEnrolment['items']): OwnEnrolment['items'] {
  const found = new Map<string, OwnEnrolment['items'][number]>();
  for (const one of items.toSorted((a, b) => Number(b.isMust) - Number(a.isMust) || a.deadlineAt.localeCompare(b.deadlineAt))) {
    const key = `${one.missing} ${wantInWords(one.want)}`;
    const first = found.get(key);
    found.set(key, first ? { ...first, skipsLeft: first.skipsLeft === null || one.skipsLeft === null ? (first.skipsLeft ?? one.skipsLeft) : Math.min(first.skipsLeft, one.skipsLeft) } : one);
  }
  return [...found.values()];
}

/** What a sign-in rule asks of me and I have not set up. Nothing where nothing is due. */
export function EnrolmentDue({ onAddPasskey }: { onAddPasskey: () => void }) {
  const w = words.enrolment.mine;
  const query = useQuery(myEnrolmentQuery);
  const items = eachOnce(query.data?.items ?? []);
  if (items.length === 0) return null;
  return (
    <Sheet tone={items.some((one) => one.isMust) ? 'danger' : 'attention'} title={w.title}>
      <Stack gap="sm">
        {items.map((one) => (
          <div className={css.step} key={one.policyId}>
            <span>
              {one.isMust ? w.must(wantInWords(one.want)) : w.offer(wantInWords(one.want), day(one.deadlineAt))} {!one.isMust && one.skipsLeft !== null ? w.left(one.skipsLeft) : null}
            </span>
            <Button onClick={onAddPasskey}>{w.set[one.missing]}</Button>
          </div>
        ))}
      </Stack>
    </Sheet>
  );
}
