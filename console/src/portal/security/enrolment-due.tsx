import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { wantInWords } from '../../admin/enrolment/in-words.ts';
import { myEnrolmentQuery } from '../../api/enrolment.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { day } from '../../ui/time.ts';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';

/** What a sign-in rule asks of me and I have not set up. Nothing where nothing is due. */
export function EnrolmentDue({ onAddPasskey }: { onAddPasskey: () => void }) {
  const w = words.enrolment.mine;
  const query = useQuery(myEnrolmentQuery);
  const items = query.data?.items ?? [];
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
