import { useInfiniteQuery } from '@tanstack/react-query';
import { resetList } from '../../api/recovery.ts';
import { useMay } from '../../ui/me.tsx';
import { ResetList } from '../../ui/reset-list.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { words } from '../../words/index.ts';

/** Shown to managers only where one of theirs waits and they may be the second person. */
export function TeamResets() {
  const may = useMay('authentication.reset.decide');
  const list = useInfiniteQuery({ ...resetList('waiting'), enabled: may });
  const waiting = list.data?.pages.flatMap((page) => page.items).filter((one) => one.mayDecide) ?? [];
  if (waiting.length === 0) return null;
  return (
    <Sheet title={words.recovery.resets.team} lead={words.recovery.resets.teamText}>
      <ResetList state="waiting" isInPortal />
    </Sheet>
  );
}
