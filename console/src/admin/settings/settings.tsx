import { Stack, Tabs } from '@mantine/core';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { useFilters } from '../../ui/use-filters.ts';
import { words } from '../../words/index.ts';
import { About, Clients, Mail } from './about.tsx';
import { Administrators } from './administrators.tsx';
import { Certificates } from './certificates.tsx';
import { Look } from './look.tsx';
import { Places } from './places.tsx';
import { HrSettings, MovementSettings } from './rules.tsx';
import { SecurityKeys } from './security-keys.tsx';
import { SignIn } from './sign-in.tsx';
import { Tokens } from './tokens.tsx';

function SignInSettings() {
  return (
    <Stack gap="lg">
      <SignIn />
      <Places />
    </Stack>
  );
}

/** Few settings, grouped by the question they answer. */
export function SettingsPage() {
  const w = words.settings;
  const [filters, change] = useFilters();
  const parts = {
    'administrators': Administrators,
    'sign-in': SignInSettings,
    'security-keys': SecurityKeys,
    'certificates': Certificates,
    'look': Look,
    'movements': MovementSettings,
    'hr-feed': HrSettings,
    'tokens': Tokens,
    'clients': Clients,
    'mail': Mail,
    'about': About,
  } as const;
  const names = Object.keys(parts) as (keyof typeof parts)[];
  return (
    <>
      <PageSentence title={w.title} sentence={w.sentence} />
      <Tabs value={filters['tab'] || 'administrators'} onChange={(tab) => change({ tab: tab ?? undefined })}>
        <Tabs.List mb="lg">
          {names.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {w.tabs[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {names.map((name) => {
          const Part = parts[name];
          return (
            <Tabs.Panel key={name} value={name}>
              <Part />
            </Tabs.Panel>
          );
        })}
      </Tabs>
    </>
  );
}
