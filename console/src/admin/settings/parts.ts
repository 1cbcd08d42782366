import { words } from '../../words/index.ts';

/** The parts of the settings by the question they answer, each with the permission that it reads by. Named here so that others can lead to one without loading it. */
const questions = {
  'console': { administrators: 'authorization.console-role.read' },
  'sign-in': { 'sign-in': 'authentication.policy.read', 'security-keys': 'authentication.passkey-model.read', 'certificates': 'authentication.certificate-issuer.read', 'look': 'authentication.branding.read' },
  'lifecycle': { 'hr-feed': 'lifecycle.hr-feed.read', 'movements': 'lifecycle.settings.read' },
  'machines': { tokens: 'authentication.api-token.read', clients: 'federation.client.read' },
  'installation': { mail: 'platform.mail.open', about: null },
} as const satisfies Readonly<Record<keyof typeof words.settings.questions, Readonly<Partial<Record<SettingsPart, string | null>>>>>;

export type SettingsPart = keyof typeof words.settings.parts;

export interface SettingsQuestion {
  readonly question: string;
  readonly parts: readonly { readonly name: SettingsPart; readonly title: string }[];
}

/** What this reader can open; a part that would only refuse is not offered. */
export function settingsOf(permissions: readonly string[]): readonly SettingsQuestion[] {
  const w = words.settings;
  return Object.entries(questions)
    .map(([name, parts]) => ({
      question: w.questions[name as keyof typeof questions],
      parts: (Object.entries(parts) as [SettingsPart, string | null][]).filter(([, needs]) => needs === null || permissions.includes(needs)).map(([part]) => ({ name: part, title: w.parts[part] })),
    }))
    .filter((one) => one.parts.length > 0);
}
