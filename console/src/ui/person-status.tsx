import type { PersonStatus } from '../api/directory.ts';
import { words } from '../words/index.ts';
import { Tone, type ToneName } from './tone.tsx';

const tones: Readonly<Record<PersonStatus, ToneName>> = { staged: 'neutral', active: 'good', left: 'neutral' };

export function PersonStatusWord({ status }: { status: PersonStatus }) {
  return <Tone tone={tones[status]}>{words.people.statuses[status]}</Tone>;
}
