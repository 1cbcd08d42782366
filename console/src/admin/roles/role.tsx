import { ActionIcon, Button, Group, NativeSelect, SegmentedControl, Select, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { changeRole, makeRole, removeRole, rolePreviewQuery, roleQuery, type BirthrightRule, type Role, type RoleDraft, type RolePreview, type RuleAttribute } from '../../api/authorization.ts';
import { allApplications, attributesQuery, entitlementsOf } from '../../api/directory.ts';
import { at } from '../../ui/at.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { Person } from '../../ui/person.tsx';
import { say } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Loaded, sentence } from '../../ui/state.tsx';
import { Tone } from '../../ui/tone.tsx';
import { useGo } from '../../ui/use-filters.ts';
import { useMay } from '../../ui/me.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import css from './role.module.css';
import { ruleInWords } from './rule.ts';

const attributes: readonly RuleAttribute[] = ['department', 'title', 'location', 'employmentType', 'division'];
interface Given {
  readonly id: string;
  readonly name: string;
  readonly applicationName: string;
  readonly risk: Role['entitlements'][number]['risk'];
}

export function RolePage() {
  const { roleId } = useParams({ strict: false }) as { roleId: string };
  const query = useQuery({ ...roleQuery(roleId), enabled: roleId !== 'new', refetchOnWindowFocus: false });
  if (roleId === 'new') return <Editor key="new" role={null} />;
  return <Loaded query={query}>{(role) => <Editor key={`${role.id}${role.updatedAt}`} role={role} />}</Loaded>;
}

function Editor({ role }: { role: Role | null }) {
  const w = words.roles.editor;
  const go = useGo();
  const queries = useQueryClient();
  const [name, setName] = useState(role?.name ?? '');
  const [description, setDescription] = useState(role?.description ?? '');
  const [rule, setRule] = useState<BirthrightRule | null>(role ? role.rule : { all: [] });
  const [given, setGiven] = useState<readonly Given[]>(role?.entitlements ?? []);
  const [asked, ask] = useState<'save' | 'remove' | null>(null);
  const mayChange = useMay('authorization.role.change');

  // A condition without values is not finished: it is neither previewed nor saved.
  const cleanRule = useMemo(() => (rule ? { all: rule.all.filter((condition) => condition.isOneOf.length > 0) } : null), [rule]);
  const draft: RoleDraft = { name: name.trim(), description: description.trim() || null, rule: cleanRule, entitlementIds: given.map((one) => one.id) };
  const [settled] = useDebouncedValue(JSON.stringify({ rule: draft.rule, entitlementIds: draft.entitlementIds }), 250);
  const effect = useQuery(rolePreviewQuery({ ...(role ? { roleId: role.id } : {}), ...(JSON.parse(settled) as Pick<RoleDraft, 'rule' | 'entitlementIds'>) }));
  const removal = useQuery({ ...rolePreviewQuery({ ...(role ? { roleId: role.id } : {}), rule: role?.rule ?? null, entitlementIds: [], isRemoval: true }), enabled: asked === 'remove' && role !== null });

  return (
    <>
      <PageSentence
        title={role?.name ?? w.make}
        trail={[{ title: words.roles.title, to: at.roles }]}
        sentence={role ? rich(role.rule ? w.sentence(role.name, ruleInWords(role.rule), role.people) : w.sentenceByHand(role.name)) : w.sentenceNew}
        actions={
          mayChange ? (
          <>
            {role ? (
              <Button variant="default" onClick={() => ask('remove')}>
                {w.remove}
              </Button>
            ) : null}
            <Button disabled={draft.name === ''} onClick={() => ask('save')}>
              {role ? w.save : w.make}
            </Button>
          </>
          ) : null
        }
      />
      <div className={css.columns}>
        <Stack gap="lg">
          <Sheet title={w.details}>
            <Stack gap="sm">
              <TextInput label={w.name} placeholder={w.nameExample} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={200} />
              <Textarea label={w.description} value={description} onChange={(event) => setDescription(event.currentTarget.value)} minRows={1} maxLength={2_000} />
            </Stack>
          </Sheet>
          <Sheet title={w.who} lead={rule ? w.whoLead : undefined}>
            <Stack gap="sm">
              <SegmentedControl
                w="fit-content"
                value={rule ? 'rule' : 'hand'}
                onChange={(value) => setRule(value === 'rule' ? (role?.rule ?? { all: [] }) : null)}
                data={[
                  { value: 'rule', label: w.byRule },
                  { value: 'hand', label: w.byHand },
                ]}
              />
              {rule ? <Conditions rule={rule} onChange={setRule} /> : null}
            </Stack>
          </Sheet>
          <Sheet title={w.what} lead={w.whatLead}>
            <Stack gap="sm">
              {given.length === 0 ? <p className="quiet">{w.noEntitlement}</p> : null}
              <div>
                {given.map((one) => (
                  <div className={css.entitlement} key={one.id}>
                    <span>
                      {one.name} <span className="quiet">· {one.applicationName}</span> {one.risk === 'low' ? null : <Tone tone={one.risk === 'privileged' ? 'attention' : 'neutral'}>{words.access.risk[one.risk]}</Tone>}
                    </span>
                    <ActionIcon aria-label={`${words.ui.remove} ${one.name}`} onClick={() => setGiven(given.filter((other) => other.id !== one.id))}>
                      <IconX size={16} />
                    </ActionIcon>
                  </div>
                ))}
              </div>
              <AddEntitlement known={given} onAdd={(one) => setGiven([...given, one])} />
            </Stack>
          </Sheet>
        </Stack>
        <div className={css.side}>
          <Sheet title={w.effect}>
            <Loaded query={effect} rows={3}>
              {(preview) => <Effect preview={preview} />}
            </Loaded>
          </Sheet>
        </div>
      </div>
      {asked === 'save' ? (
        <Confirm
          title={role ? w.save : w.make}
          effect={effect.data ? <Effect preview={effect.data} /> : words.ui.loading}
          action={role ? w.save : w.make}
          isReady={effect.data !== undefined}
          onConfirm={async () => {
            const saved = role ? await changeRole(role.id, draft) : await makeRole(draft);
            await queries.invalidateQueries({ queryKey: ['roles'] });
            say(role ? w.saved(draft.name) : w.made(draft.name));
            go(at.role(saved.id));
          }}
          onClose={() => ask(null)}
        />
      ) : null}
      {asked === 'remove' && role ? (
        <Confirm
          title={w.removeTitle(role.name)}
          effect={removal.data ? <Effect preview={removal.data} /> : removal.error ? sentence(removal.error.message) : words.ui.loading}
          action={w.remove}
          isDangerous
          onConfirm={async () => {
            await removeRole(role.id);
            say(w.removed(role.name));
            go(at.roles);
            await queries.invalidateQueries({ queryKey: ['roles', 'list'] });
          }}
          onClose={() => ask(null)}
        />
      ) : null}
    </>
  );
}

function Conditions({ rule, onChange }: { rule: BirthrightRule; onChange: (rule: BirthrightRule) => void }) {
  const w = words.roles.editor;
  const known = useQuery(attributesQuery);
  const free = attributes.find((attribute) => !rule.all.some((condition) => condition.attribute === attribute));
  const set = (index: number, change: Partial<BirthrightRule['all'][number]>): void => onChange({ all: rule.all.map((condition, at_) => (at_ === index ? { ...condition, ...change } : condition)) });
  return (
    <div>
      {rule.all.map((condition, index) => (
        <div className={css.condition} key={index}>
          <NativeSelect aria-label={w.when} value={condition.attribute} onChange={(event) => set(index, { attribute: event.currentTarget.value as RuleAttribute, isOneOf: [] })} data={attributes.map((attribute) => ({ value: attribute, label: words.people.fields[attribute] }))} />
          <span className="quiet">{w.isOneOf}</span>
          <TagsInput aria-label={`${w.values}: ${words.people.fields[condition.attribute]}`} value={condition.isOneOf} onChange={(isOneOf) => set(index, { isOneOf })} data={known.data?.[condition.attribute] ?? []} clearable={false} acceptValueOnBlur limit={30} />
          <ActionIcon aria-label={w.removeCondition} onClick={() => onChange({ all: rule.all.filter((_, at_) => at_ !== index) })}>
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      {free ? (
        <Button mt={8} size="compact-sm" variant="default" leftSection={<IconPlus size={14} />} onClick={() => onChange({ all: [...rule.all, { attribute: free, isOneOf: [] }] })}>
          {w.addCondition}
        </Button>
      ) : null}
    </div>
  );
}

function AddEntitlement({ known, onAdd }: { known: readonly Given[]; onAdd: (one: Given) => void }) {
  const w = words.roles.editor;
  const applications = useQuery(allApplications);
  const [applicationId, setApplicationId] = useState('');
  const entitlements = useQuery({ ...entitlementsOf(applicationId), enabled: applicationId !== '' });
  const free = (entitlements.data?.items ?? []).filter((one) => one.isGrantable && !known.some((other) => other.id === one.id));
  return (
    <Group gap="xs" align="flex-end">
      <NativeSelect label={w.application} value={applicationId} onChange={(event) => setApplicationId(event.currentTarget.value)} data={[{ value: '', label: words.access.chooseApplication }, ...(applications.data?.items ?? []).filter((one) => one.entitlements > 0).map((one) => ({ value: one.id, label: one.name }))]} />
      <Select
        label={w.entitlement}
        placeholder={w.addEntitlement}
        searchable
        disabled={applicationId === ''}
        value={null}
        onChange={(id) => {
          const one = free.find((other) => other.id === id);
          if (one) onAdd({ id: one.id, name: one.name, applicationName: one.applicationName, risk: one.risk });
        }}
        data={free.map((one) => ({ value: one.id, label: one.name }))}
        nothingFoundMessage={words.ui.nothingFound}
      />
    </Group>
  );
}

function Effect({ preview }: { preview: RolePreview }) {
  const w = words.roles.editor;
  return (
    <Stack gap="sm">
      <p>
        <strong>{w.fits(preview.peopleMatching)}</strong> {preview.gains.length + preview.losses.length === 0 ? w.nothing : null}
      </p>
      <ul className={css.effect}>
        {preview.gains.map((one) => (
          <li key={`+${one.entitlementId}`}>
            <span className={css.sign} aria-hidden="true">
              +
            </span>
            {w.gain(one.people, one.entitlementName, one.applicationName)}
          </li>
        ))}
        {preview.losses.map((one) => (
          <li key={`-${one.entitlementId}`}>
            <span className={css.sign} data-loses aria-hidden="true">
              −
            </span>
            {w.lose(one.people, one.entitlementName, one.applicationName)}
          </li>
        ))}
      </ul>
      {preview.sample.length > 0 ? (
        <Stack gap={6}>
          <h3>{w.forExample}</h3>
          {preview.sample.slice(0, 6).map((one) => (
            <Person.Line key={one.personId} id={one.personId} name={one.displayName} under={[one.title, one.department].filter(Boolean).join(' · ')} />
          ))}
        </Stack>
      ) : null}
    </Stack>
  );
}
