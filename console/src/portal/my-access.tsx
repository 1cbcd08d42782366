import { useQuery } from '@tanstack/react-query';
import { IconKey } from '@tabler/icons-react';
import { myAccessQuery } from '../api/authorization.ts';
import { AccessList, byApplication } from '../ui/access-list.tsx';
import { PageSentence } from '../ui/page-sentence.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { EmptyState, Loaded } from '../ui/state.tsx';
import { words } from '../words/index.ts';
import { rich } from '../words/rich.tsx';

export function MyAccess() {
  const w = words.portal.access;
  const query = useQuery(myAccessQuery);
  const access = query.data;
  return (
    <>
      <PageSentence title={w.title} sentence={access ? (access.items.length === 0 ? w.sentenceNone : rich(w.sentence(access.items.length, byApplication(access).length))) : words.ui.loading} note={w.note} />
      <Loaded query={query}>
        {(known) => (
          <Sheet title={words.access.grants(known.items.length)}>
            <AccessList
              access={known}
              isAdmin={false}
              empty={
                <EmptyState icon={IconKey} title={words.access.none}>
                  {w.emptyText}
                </EmptyState>
              }
            />
          </Sheet>
        )}
      </Loaded>
    </>
  );
}
