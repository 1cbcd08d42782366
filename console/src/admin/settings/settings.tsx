import { useMe } from '../../ui/me.tsx';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { at } from '../../ui/at.ts';
import { useFilters } from '../../ui/use-filters.ts';
import { words } from '../../words/index.ts';
import { About, Clients, Mail } from './about.tsx';
import { Administrators } from './administrators.tsx';
import { Certificates } from './certificates.tsx';
import { Look } from './look.tsx';
import { SettingsNavigation } from './navigation.tsx';
import { settingsOf, type SettingsPart } from './parts.ts';
import { HrSettings, MovementSettings } from './rules.tsx';
import { SecurityKeys } from './security-keys.tsx';
import css from './settings.module.css';
import { SignIn } from './sign-in.tsx';
import { Tokens } from './tokens.tsx';

const pages: Readonly<Record<SettingsPart, () => React.ReactNode>> = {
  'administrators': Administrators,
  'sign-in': SignIn,
  'security-keys': SecurityKeys,
  'certificates': Certificates,
  'look': Look,
  'hr-feed': HrSettings,
  'movements': MovementSettings,
  'tokens': Tokens,
  'clients': Clients,
  'mail': Mail,
  'about': About,
};

/** Few settings, grouped by the question they answer. An address that names none opens the first. */
export function SettingsPage() {
  const w = words.settings;
  const [filters] = useFilters();
  const questions = settingsOf(useMe().permissions);
  const all = questions.flatMap(({ question, parts }) => parts.map((part) => ({ ...part, question })));
  const chosen = all.find((part) => part.name === filters['tab']) ?? all[0];
  if (!chosen) return null;
  const Page = pages[chosen.name];
  return (
    <>
      <PageSentence title={chosen.title} trail={[{ title: w.title, to: at.settings() }]} sentence={chosen.question} />
      <div className={css.settings}>
        <SettingsNavigation questions={questions} chosen={chosen} />
        <div className={css.page}>
          <Page key={chosen.name} />
        </div>
      </div>
    </>
  );
}
