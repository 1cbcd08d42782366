import { Button, Group, Stack } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { IconUsersGroup } from '@tabler/icons-react';
import { useState } from 'react';
import { peopleList, type PersonCard } from '../api/directory.ts';
import { PersonStatusWord } from '../ui/person-status.tsx';
import { AccessPassDialog } from '../ui/access-pass.tsx';
import { DataList, type Column } from '../ui/data-list.tsx';
import { useMe } from '../ui/me.tsx';
import { PageSentence } from '../ui/page-sentence.tsx';
import { Person } from '../ui/person.tsx';
import { EmptyState } from '../ui/state.tsx';
import { Day } from '../ui/when.tsx';
import { words } from '../words/index.ts';
import { rich } from '../words/rich.tsx';
import { TeamResets } from './recovery/team-resets.tsx';

export function MyTeam() {
  const w = words.portal.team;
  const me = useMe();
  const list = useInfiniteQuery(peopleList({ managerId: me.person?.id }));
  const people = list.data?.pages.flatMap((page) => page.items) ?? [];
  const here = people.filter((one) => one.status === 'active').length;
  const joining = people.filter((one) => one.status === 'staged').length;
  const [chosen, choose] = useState<PersonCard | null>(null);
  const pass = (one: PersonCard) =>
    one.status === 'active' ? (
      <Button size="compact-sm" variant="default" onClick={() => choose(one)}>
        {w.pass}
      </Button>
    ) : null;
  const columns: Column<PersonCard>[] = [
    { key: 'person', title: words.people.columns.person, width: '3fr', render: (one) => <Person.Line id={null} name={one.displayName} under={one.title} isGone={one.status === 'left'} /> },
    { key: 'department', title: words.people.columns.department, width: '2fr', render: (one) => one.department },
    { key: 'start', title: words.people.columns.start, width: '120px', render: (one) => <Day on={one.startDate} none="" /> },
    { key: 'status', title: words.people.columns.status, width: '120px', render: (one) => <PersonStatusWord status={one.status} /> },
    { key: 'pass', title: w.pass, width: '130px', render: pass },
  ];
  return (
    <>
      <PageSentence title={w.title} sentence={list.data ? (people.length === 0 ? w.sentenceNone : rich(w.sentence(here, joining))) : words.ui.loading} note={w.note} />
      <Stack gap="lg">
        <TeamResets />
        <DataList
          name={w.title}
          query={list}
          columns={columns}
          keyOf={(one) => one.id}
          rowHeight={52}
          card={(one) => (
            <Group justify="space-between" wrap="nowrap">
              <Person.Line id={null} name={one.displayName} under={one.title} isGone={one.status === 'left'} />
              {pass(one) ?? <PersonStatusWord status={one.status} />}
            </Group>
          )}
          empty={
            <EmptyState icon={IconUsersGroup} title={w.sentenceNone}>
              {w.emptyText}
            </EmptyState>
          }
        />
      </Stack>
      {chosen ? <AccessPassDialog personId={chosen.id} name={chosen.displayName} onClose={() => choose(null)} /> : null}
    </>
  );
}
