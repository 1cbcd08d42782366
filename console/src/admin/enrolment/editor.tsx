import { ActionIcon, Button, Checkbox, Group, MultiSelect, NativeSelect, NumberInput, Radio, Stack, TagsInput, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { roleList } from '../../api/authorization.ts';
import { attributesQuery } from '../../api/directory.ts';
import { changeEnrolmentPolicy, enrolmentPolicyQuery, enrolmentPreviewQuery, makeEnrolmentPolicy, type AudienceGroup, type EnrolmentDraft, type EnrolmentPolicyWithDays, type EnrolmentPreview } from '../../api/enrolment.ts';
import { at } from '../../ui/at.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { useNow } from '../../ui/now.ts';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { Person } from '../../ui/person.tsx';
import { say } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Loaded } from '../../ui/state.tsx';
import { useGo } from '../../ui/use-filters.ts';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import css from './enrolment.module.css';

export function EnrolmentEditorPage() {
  const { policyId } = useParams({ strict: false }) as { policyId: string };
  const query = useQuery({ ...enrolmentPolicyQuery(policyId), enabled: policyId !== 'new', refetchOnWindowFocus: false });
  if (policyId === 'new') return <Editor key="new" policy={null} />;
  return <Loaded query={query}>{(policy) => <Editor key={policy.id} policy={policy} />}</Loaded>;
}

const dayMs = 86_400_000;
const everybody: AudienceGroup = { isAdministrator: false, departments: [], locations: [], employmentTypes: [], titles: [], roleIds: [] };
const toDay = (moment: string): string => moment.slice(0, 10);
const fromDay = (day: string): string => new Date(`${day}T00:00:00Z`).toISOString();

function draftOf(policy: EnrolmentPolicyWithDays | null, now: number): EnrolmentDraft {
  if (policy) {
    const { name, audience, want, startsAt, deadlineAt, skips, percent } = policy;
    return { name, want, startsAt, deadlineAt, skips, percent, audience: { anyOf: audience.anyOf.map(({ roles, ...group }) => group) } };
  }
  const today = Math.floor(now / dayMs) * dayMs;
  return { name: '', audience: { anyOf: [everybody] }, want: { level: 2, isPhishingResistant: true, without: [] }, startsAt: new Date(today).toISOString(), deadlineAt: new Date(today + 28 * dayMs).toISOString(), skips: 3, percent: 100 };
}

/** Saving asks for a fresh proof, and that leaves the page: what was typed waits for the way back, in this tab alone. */
const keptKey = (id: string): string => `enrolment-draft ${id}`;
function takeKept(id: string): EnrolmentDraft | null {
  const text = sessionStorage.getItem(keptKey(id));
  sessionStorage.removeItem(keptKey(id));
  return text === null ? null : (JSON.parse(text) as EnrolmentDraft);
}

function Editor({ policy }: { policy: EnrolmentPolicyWithDays | null }) {
  const w = words.enrolment.editor;
  const go = useGo();
  const queries = useQueryClient();
  const id = policy?.id ?? 'new';
  const now = useNow(60_000);
  const [draft, setDraft] = useState<EnrolmentDraft>(() => takeKept(id) ?? draftOf(policy, now));
  const [asked, ask] = useState<'save' | 'on' | 'draft' | null>(null);
  const set = (change: Partial<EnrolmentDraft>): void => setDraft({ ...draft, ...change });
  const [settled] = useDebouncedValue(JSON.stringify(draft), 250);
  // Without a name there is a preview all the same.
  const asDraft = JSON.parse(settled) as EnrolmentDraft;
  const preview = useQuery(enrolmentPreviewQuery({ ...asDraft, name: asDraft.name.trim() || '-', ...(policy ? { policyId: policy.id } : {}) }));
  const isReady = draft.name.trim() !== '' && preview.data !== undefined && preview.data.problem === null && settled === JSON.stringify(draft);
  const mayBeDraft = draft.name.trim() !== '' && (preview.data?.problem === null || preview.data?.problem === 'locks_out_administrators');

  const save = async (): Promise<void> => {
    sessionStorage.setItem(keptKey(id), JSON.stringify(draft));
    const body = { ...draft, name: draft.name.trim() };
    const saved = policy ? (await changeEnrolmentPolicy(policy.id, body), policy.id) : (await makeEnrolmentPolicy({ ...body, state: asked === 'on' ? 'on' : 'draft' })).id;
    sessionStorage.removeItem(keptKey(id));
    await queries.invalidateQueries({ queryKey: ['enrolment'] });
    say(policy ? w.saved(body.name) : w.made(body.name));
    go(at.enrolmentPolicy(saved));
  };

  return (
    <>
      <PageSentence
        title={policy ? words.enrolment.one.edit : w.new}
        trail={[{ title: words.enrolment.title, to: at.enrolment }, ...(policy ? [{ title: policy.name, to: at.enrolmentPolicy(policy.id) }] : [])]}
        sentence={policy ? rich(w.sentence(policy.name)) : w.newSentence}
        actions={
          policy ? (
            <Button disabled={!isReady && !(policy.state !== 'on' && mayBeDraft)} onClick={() => ask('save')}>
              {w.save}
            </Button>
          ) : (
            <>
              <Button variant="default" disabled={!mayBeDraft} onClick={() => ask('draft')}>
                {w.makeDraft}
              </Button>
              <Button disabled={!isReady} onClick={() => ask('on')}>
                {w.makeOn}
              </Button>
            </>
          )
        }
      />
      <div className={css.columns}>
        <Stack gap="lg">
          <Sheet title={w.who} lead={w.whoLead}>
            <Stack gap="sm">
              <TextInput label={w.name} placeholder={w.nameExample} value={draft.name} onChange={(event) => set({ name: event.currentTarget.value })} required maxLength={120} />
              <Audience groups={draft.audience.anyOf} onChange={(anyOf) => set({ audience: { anyOf: [...anyOf] } })} />
            </Stack>
          </Sheet>
          <Sheet title={w.what}>
            <Want want={draft.want} onChange={(want) => set({ want })} />
          </Sheet>
          <Sheet title={w.when}>
            <Stack gap="sm">
              <Group gap="md" align="flex-start">
                <TextInput type="date" label={w.starts} value={toDay(draft.startsAt)} onChange={(event) => event.currentTarget.value && set({ startsAt: fromDay(event.currentTarget.value) })} />
                <TextInput type="date" label={w.deadline} value={toDay(draft.deadlineAt)} onChange={(event) => event.currentTarget.value && set({ deadlineAt: fromDay(event.currentTarget.value) })} />
              </Group>
              <NumberInput w={260} label={w.skips} min={0} max={20} allowDecimal={false} clampBehavior="strict" value={draft.skips} onChange={(value) => set({ skips: Number(value) || 0 })} />
              <NumberInput w={260} label={w.percent} description={w.percentText} min={1} max={100} allowDecimal={false} clampBehavior="blur" value={draft.percent} onChange={(value) => set({ percent: Math.min(100, Math.max(1, Number(value) || 1)) })} />
            </Stack>
          </Sheet>
        </Stack>
        <div className={css.side}>
          <Sheet title={w.effect}>
            <Loaded query={preview} rows={3}>
              {(effect) => <Effect preview={effect} />}
            </Loaded>
          </Sheet>
        </div>
      </div>
      {asked ? <Confirm title={asked === 'save' ? w.save : asked === 'on' ? w.makeOn : w.makeDraft} effect={preview.data ? <Effect preview={preview.data} /> : words.ui.loading} action={asked === 'save' ? w.save : asked === 'on' ? w.makeOn : w.makeDraft} onConfirm={save} onClose={() => ask(null)} /> : null}
    </>
  );
}

const attributes = ['isAdministrator', 'departments', 'locations', 'employmentTypes', 'titles', 'roleIds'] as const;
type Attribute = (typeof attributes)[number];
type Values = Exclude<Attribute, 'isAdministrator'>;
const knownAs: Readonly<Record<Exclude<Values, 'roleIds'>, 'department' | 'location' | 'employmentType' | 'title'>> = { departments: 'department', locations: 'location', employmentTypes: 'employmentType', titles: 'title' };
const holds = (group: AudienceGroup, attribute: Attribute): boolean => (attribute === 'isAdministrator' ? group.isAdministrator : group[attribute].length > 0);

function Audience({ groups, onChange }: { groups: readonly AudienceGroup[]; onChange: (groups: readonly AudienceGroup[]) => void }) {
  const w = words.enrolment.editor;
  return (
    <Stack gap={6}>
      {groups.map((group, index) => (
        <div key={index}>
          {index > 0 ? <div className={css.or}>{w.or}</div> : null}
          <AudienceGroupEditor group={group} title={w.group(index + 1)} onChange={(changed) => onChange(groups.map((one, at_) => (at_ === index ? changed : one)))} {...(groups.length > 1 ? { onRemove: () => onChange(groups.filter((_, at_) => at_ !== index)) } : {})} />
        </div>
      ))}
      {groups.length < 8 ? (
        <Button w="fit-content" size="compact-sm" variant="default" leftSection={<IconPlus size={14} />} onClick={() => onChange([...groups, everybody])}>
          {w.addGroup}
        </Button>
      ) : null}
    </Stack>
  );
}

function AudienceGroupEditor({ group, title, onChange, onRemove }: { group: AudienceGroup; title: string; onChange: (group: AudienceGroup) => void; onRemove?: () => void }) {
  const w = words.enrolment.editor;
  const known = useQuery(attributesQuery);
  const [shown, show] = useState<readonly Attribute[]>(attributes.filter((attribute) => holds(group, attribute)));
  const free = attributes.filter((attribute) => !shown.includes(attribute));
  const clear = (attribute: Attribute): AudienceGroup => ({ ...group, [attribute]: attribute === 'isAdministrator' ? false : [] });
  const replace = (from: Attribute, to: Attribute): void => {
    show(shown.map((one) => (one === from ? to : one)));
    onChange({ ...clear(from), ...(to === 'isAdministrator' ? { isAdministrator: true } : {}) });
  };
  return (
    <div className={css.group} role="group" aria-label={title}>
      <div className={css.groupHead}>
        <span>{shown.length === 0 ? w.everybody : title}</span>
        {onRemove ? (
          <ActionIcon aria-label={w.removeGroup} onClick={onRemove}>
            <IconX size={16} />
          </ActionIcon>
        ) : null}
      </div>
      {shown.map((attribute) => (
        <div className={css.condition} key={attribute}>
          <NativeSelect aria-label={w.condition} value={attribute} onChange={(event) => replace(attribute, event.currentTarget.value as Attribute)} data={[attribute, ...free].map((one) => ({ value: one, label: w.attributes[one] }))} />
          {attribute === 'isAdministrator' ? (
            <span />
          ) : attribute === 'roleIds' ? (
            <Roles value={group.roleIds} onChange={(roleIds) => onChange({ ...group, roleIds })} />
          ) : (
            <TagsInput aria-label={`${w.values}: ${w.attributes[attribute]}`} placeholder={group[attribute].length === 0 ? w.isOneOf : ''} value={group[attribute]} onChange={(values) => onChange({ ...group, [attribute]: values })} data={known.data?.[knownAs[attribute]] ?? []} clearable={false} acceptValueOnBlur maxTags={100} limit={30} />
          )}
          <ActionIcon
            aria-label={w.removeCondition}
            onClick={() => {
              show(shown.filter((one) => one !== attribute));
              onChange(clear(attribute));
            }}
          >
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      {free.length > 0 ? (
        <Button
          mt={4}
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={14} />}
          onClick={() => {
            const next = free.find((attribute) => attribute !== 'isAdministrator') ?? free[0]!;
            show([...shown, next]);
            if (next === 'isAdministrator') onChange({ ...group, isAdministrator: true });
          }}
        >
          {w.addCondition}
        </Button>
      ) : null}
    </div>
  );
}

function Roles({ value, onChange }: { value: string[]; onChange: (ids: string[]) => void }) {
  const w = words.enrolment.editor;
  const roles = useInfiniteQuery(roleList());
  const data = roles.data?.pages.flatMap((page) => page.items.map((role) => ({ value: role.id, label: role.name }))) ?? [];
  return <MultiSelect aria-label={`${w.values}: ${w.attributes.roleIds}`} placeholder={value.length === 0 ? w.isOneOf : ''} searchable value={value} onChange={onChange} data={[...data, ...value.filter((id) => !data.some((one) => one.value === id)).map((id) => ({ value: id, label: words.enrolment.who.roleGone }))]} nothingFoundMessage={words.ui.nothingFound} />;
}

function Want({ want, onChange }: { want: EnrolmentDraft['want']; onChange: (want: EnrolmentDraft['want']) => void }) {
  const w = words.enrolment.editor;
  const kind = want.level === 3 ? 'hardware' : want.isPhishingResistant ? 'phishing' : 'without';
  const wants: Readonly<Record<typeof kind, EnrolmentDraft['want']>> = { hardware: { level: 3, isPhishingResistant: true, without: [] }, phishing: { level: 2, isPhishingResistant: true, without: [] }, without: { level: 2, isPhishingResistant: false, without: ['totp'] } };
  return (
    <Stack gap="sm">
      <Radio.Group aria-label={w.what} value={kind} onChange={(value) => onChange(wants[value as typeof kind])}>
        <Stack gap={8}>
          {(['phishing', 'without', 'hardware'] as const).map((one) => (
            <Radio key={one} value={one} label={w.wants[one]} />
          ))}
        </Stack>
      </Radio.Group>
      {kind === 'without' ? (
        <Checkbox.Group label={w.withoutLabel} value={want.without} onChange={(without) => onChange({ ...want, without: without as EnrolmentDraft['want']['without'] })}>
          <Group gap="md" mt={6}>
            {(['totp', 'push', 'password', 'recovery-code'] as const).map((way) => (
              <Checkbox key={way} value={way} label={words.enrolment.ways[way]} />
            ))}
          </Group>
        </Checkbox.Group>
      ) : null}
    </Stack>
  );
}

function Effect({ preview }: { preview: EnrolmentPreview }) {
  const w = words.enrolment.editor;
  const { counts } = preview;
  return (
    <Stack gap="sm">
      {preview.problem ? <p className={css.problem}>{w.problems[preview.problem]}</p> : null}
      <ul className={css.list}>
        <li>{rich(w.effectWhole(counts.whole, counts.ready))}</li>
        <li>{rich(w.effectAsked(counts.asked))}</li>
        {preview.mustNow > 0 ? <li>{rich(w.effectMust(preview.mustNow))}</li> : null}
        {counts.neverSignedIn > 0 ? <li>{rich(w.effectNever(counts.neverSignedIn))}</li> : null}
        {preview.isYouInside ? <li>{w.effectYou}</li> : null}
      </ul>
      {preview.sample.length > 0 ? (
        <Stack gap={6}>
          <h3>{w.sample}</h3>
          {preview.sample.slice(0, 6).map((one) => (
            <Person.Line key={one.personId} id={one.personId} name={one.displayName} under={[one.title, one.department].filter(Boolean).join(' · ')} />
          ))}
        </Stack>
      ) : null}
    </Stack>
  );
}
