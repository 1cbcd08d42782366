import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { myRecoveryQuery } from '../../api/recovery.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { Tone } from '../../ui/tone.tsx';
import { Day } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';

/** The task to practise, while a drill lasts; nothing for everybody else. */
export function DrillNotice() {
  const { data } = useQuery(myRecoveryQuery);
  const w = words.recovery.drill;
  const drill = data?.drill;
  if (!drill) return null;
  if (drill.finishedAt) return <Tone tone={drill.isAble ? 'good' : 'attention'}>{drill.isAble ? w.able : w.unable}</Tone>;
  return (
    <div className={css.step}>
      <span>
        <strong>{w.portalTitle}</strong>{' '}
        <span className="quiet">
          {w.until} <Day on={drill.endsAt.slice(0, 10)} />
        </span>
        <br />
        {w.portalText(drill.name)}
      </span>
      <Button component="a" href="/recover/practise">
        {drill.begunAt ? w.goOn : w.begin}
      </Button>
    </div>
  );
}

/** The same on the first page of the portal, only while there is something to do. */
export function DrillTask() {
  const { data } = useQuery(myRecoveryQuery);
  if (!data?.drill || data.drill.finishedAt) return null;
  return (
    <Sheet>
      <DrillNotice />
    </Sheet>
  );
}
