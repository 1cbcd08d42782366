import { ActionIcon, Button, Checkbox, FileButton, Group, Menu, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { IconCertificate, IconDots } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { addIssuer, previewIssuer, readRevocationLists, removeIssuer, uploadRevocationList, type Issuer, type IssuerPreview, type Issuers, type NewIssuer } from '../../api/certificate.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Facts } from '../../ui/facts.tsx';
import { useMay } from '../../ui/me.tsx';
import { say, sayProblem } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { EmptyState, sentence } from '../../ui/state.tsx';
import { Tone } from '../../ui/tone.tsx';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import css from './certificates.module.css';

export function CertificateIssuers({ issuers }: { issuers: Issuers }) {
  const w = words.certificate.issuers;
  const [asked, ask] = useState<{ is: 'add' } | { is: 'remove'; one: Issuer } | null>(null);
  const mayAdd = useMay('authentication.certificate-issuer.add');
  const queries = useQueryClient();
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['settings', 'certificate-issuers'] });
  const others = issuers.items.filter((one) => !one.isOurOwn);
  return (
    <Sheet
      title={w.title}
      lead={w.lead}
      actions={
        mayAdd ? (
          <Button size="compact-sm" onClick={() => ask({ is: 'add' })}>
            {w.add}
          </Button>
        ) : null
      }
    >
      {others.length === 0 ? (
        <EmptyState icon={IconCertificate} title={w.none}>
          {w.noneText}
        </EmptyState>
      ) : (
        <ul className={css.issuers}>
          {others.map((one) => (
            <IssuerItem key={one.id} one={one} renew={renew} onRemove={() => ask({ is: 'remove', one })} />
          ))}
        </ul>
      )}
      {asked?.is === 'add' ? <AddIssuer onClose={() => ask(null)} renew={renew} /> : null}
      {asked?.is === 'remove' ? (
        <Confirm
          title={w.removeTitle(asked.one.name)}
          effect={w.removeEffect(asked.one.name, asked.one.certificates)}
          action={w.remove}
          isDangerous
          onConfirm={async () => {
            await removeIssuer(asked.one.id);
            await renew();
            say(w.removed(asked.one.name));
          }}
          onClose={() => ask(null)}
        />
      ) : null}
    </Sheet>
  );
}

const vouched = (one: Pick<Issuer, 'isUserVerified' | 'isHardwareBound'>): string => {
  const v = words.certificate.issuers.vouchesFor;
  return one.isUserVerified ? (one.isHardwareBound ? v.both : v.pin) : one.isHardwareBound ? v.hardware : v.nothing;
};

function IssuerItem({ one, renew, onRemove }: { one: Issuer; renew: () => Promise<void>; onRemove: () => void }) {
  const w = words.certificate.issuers;
  const mayTake = useMay('authentication.certificate-issuer.take-list');
  const mayRemove = useMay('authentication.certificate-issuer.remove');
  const reset = useRef<() => void>(null);
  const hasLists = one.revocation === 'crl' || one.revocation === 'either';
  const take = async (work: Promise<{ entries: number }>): Promise<void> => {
    try {
      say(w.readDone((await work).entries));
    } catch (error) {
      sayProblem(error);
    }
    reset.current?.();
    await renew();
  };
  return (
    <li className={css.issuer}>
      <div className={css.head}>
        <h3>{one.name}</h3>
        <Tone tone={one.assuranceLevel === 3 ? 'good' : 'neutral'}>{w.level(one.assuranceLevel)}</Tone>
        {mayTake || mayRemove ? (
          <FileButton resetRef={reset} accept=".crl,.pem,.der,application/pkix-crl" onChange={(file) => (file ? void take(uploadRevocationList(one.id, file)) : undefined)}>
            {({ onClick }) => (
              <Menu position="bottom-end">
                <Menu.Target>
                  <ActionIcon className={css.menu ?? ''} aria-label={`${words.ui.more}: ${one.name}`}>
                    <IconDots size={16} />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  {hasLists && mayTake ? (
                    <>
                      <Menu.Item disabled={one.lists.every((list) => list.url === null)} onClick={() => void take(readRevocationLists(one.id))}>
                        {w.read}
                      </Menu.Item>
                      <Menu.Item onClick={onClick}>{w.upload}</Menu.Item>
                    </>
                  ) : null}
                  {mayRemove ? (
                    <Menu.Item color="red" onClick={onRemove}>
                      {w.remove}
                    </Menu.Item>
                  ) : null}
                </Menu.Dropdown>
              </Menu>
            )}
          </FileButton>
        ) : null}
      </div>
      <Facts
        facts={[
          [w.names, one.principalSuffix ? w.withSuffix(one.principalSuffix) : w.namesBy[one.namesBy]],
          [w.vouches, vouched(one)],
          [w.policy, one.requiredPolicy ? <code key="policy">{one.requiredPolicy}</code> : null],
          [w.revocation, one.acceptsUnknown ? `${w.ways[one.revocation]}; ${w.unknownAccepted}` : w.ways[one.revocation]],
          [w.inUse, w.certificates(one.certificates)],
          [w.valid, <When key="until" at={one.facts.notAfter} />],
        ]}
      />
      {hasLists && one.lists.length === 0 && one.revocation === 'crl' ? <Tone tone="attention">{w.listNone}</Tone> : null}
      {hasLists
        ? one.lists.map((list) => (
            <p key={list.authority} className={css.list}>
              <Tone tone={list.isInForce ? 'good' : list.readAt ? 'danger' : 'attention'}>{list.isInForce ? w.listInForce(list.entries) : list.readAt ? w.listStale : w.listNone}</Tone>{' '}
              <span className="quiet">
                {list.nextUpdate && list.isInForce ? (
                  <>
                    {w.listNext} <When at={list.nextUpdate} />
                  </>
                ) : null}{' '}
                {list.problem ? sentence(list.problem) : null}
              </span>
            </p>
          ))
        : null}
      <details className={css.more}>
        <summary>{one.facts.subject}</summary>
        <Facts
          facts={[
            [w.form.key, one.facts.key],
            [w.fingerprint, <code key="print">{one.facts.fingerprint}</code>],
          ]}
        />
      </details>
    </li>
  );
}

const none: NewIssuer = { name: '', certificate: '', namesBy: 'email', isUserVerified: false, isHardwareBound: false, revocation: 'either', acceptsUnknown: false };

function AddIssuer({ onClose, renew }: { onClose: () => void; renew: () => Promise<void> }) {
  const w = words.certificate.issuers;
  const [wish, setWish] = useState<NewIssuer>(none);
  const [seen, setSeen] = useState<IssuerPreview | null>(null);
  const set = (change: Partial<NewIssuer>): void => setWish({ ...wish, ...change });
  const changePem = (certificate: string): void => {
    set({ certificate });
    setSeen(null);
  };
  const look = async (): Promise<void> => {
    const found = await previewIssuer(wish.certificate);
    setSeen(found);
    if (!wish.name) set({ name: (/CN=([^,]+)/.exec(found.facts.subject)?.[1] ?? '').slice(0, 60) });
  };
  return (
    <Confirm
      title={w.add}
      size="lg"
      effect={
        <Stack gap="sm">
          <Textarea label={w.form.pem} description={w.form.pemText} value={wish.certificate} onChange={(event) => changePem(event.currentTarget.value)} autosize minRows={3} maxRows={8} required spellCheck={false} classNames={{ input: css.pem ?? '' }} />
          <FileButton accept=".pem,.crt,.cer" onChange={(file) => void file?.text().then(changePem)}>
            {(properties) => (
              <Group>
                <Button {...properties} size="compact-sm" variant="default">
                  {w.form.file}
                </Button>
                <Button
                  size="compact-sm"
                  disabled={wish.certificate.trim() === ''}
                  onClick={() => void look().catch(sayProblem)}
                >
                  {w.form.look}
                </Button>
              </Group>
            )}
          </FileButton>
          {seen ? (
            <>
              <Facts
                facts={[
                  [w.form.subject, seen.facts.subject],
                  [w.form.key, seen.facts.key],
                  [w.valid, <When key="until" at={seen.facts.notAfter} />],
                  [w.fingerprint, <code key="print">{seen.facts.fingerprint}</code>],
                ]}
              />
              {seen.problem ? <Tone tone="danger">{sentence(seen.problem)}</Tone> : null}
            </>
          ) : null}
          {seen && !seen.problem ? (
            <>
              <TextInput label={w.form.name} placeholder={w.form.nameExample} value={wish.name} onChange={(event) => set({ name: event.currentTarget.value })} required maxLength={60} />
              <NativeSelect label={w.form.names} value={wish.namesBy} onChange={(event) => set({ namesBy: event.currentTarget.value as NewIssuer['namesBy'] })} data={Object.entries(w.namesBy).map(([value, label]) => ({ value, label }))} />
              {wish.namesBy === 'principal' ? <TextInput label={w.form.suffix} description={w.form.suffixText} value={wish.principalSuffix ?? ''} onChange={(event) => set({ principalSuffix: event.currentTarget.value || null })} maxLength={200} /> : null}
              <p className="quiet">{w.form.vouchText}</p>
              <Checkbox label={w.form.pin} checked={wish.isUserVerified} onChange={(event) => set({ isUserVerified: event.currentTarget.checked })} />
              <Checkbox label={w.form.hardware} checked={wish.isHardwareBound} onChange={(event) => set({ isHardwareBound: event.currentTarget.checked })} />
              <NativeSelect label={w.form.revocation} value={wish.revocation ?? 'either'} onChange={(event) => set({ revocation: event.currentTarget.value as 'crl' })} data={(['either', 'ocsp', 'crl', 'none'] as const).map((value) => ({ value, label: w.ways[value] }))} />
              {wish.revocation === 'crl' || wish.revocation === 'either' ? <TextInput label={w.form.url} description={w.form.urlText} type="url" value={wish.crlUrl ?? ''} onChange={(event) => set({ crlUrl: event.currentTarget.value || null })} /> : null}
              {wish.revocation === 'ocsp' || wish.revocation === 'either' ? <TextInput label={w.form.ocsp} description={w.form.urlText} type="url" value={wish.ocspUrl ?? ''} onChange={(event) => set({ ocspUrl: event.currentTarget.value || null })} /> : null}
              <TextInput label={w.form.policy} description={w.form.policyText} value={wish.requiredPolicy ?? ''} onChange={(event) => set({ requiredPolicy: event.currentTarget.value || null })} />
              {wish.revocation === 'none' ? null : <Checkbox label={w.form.unknown} checked={wish.acceptsUnknown ?? false} onChange={(event) => set({ acceptsUnknown: event.currentTarget.checked })} />}
            </>
          ) : null}
        </Stack>
      }
      action={w.add}
      isReady={seen !== null && seen.problem === null && wish.name.trim() !== ''}
      onConfirm={async () => {
        await addIssuer(wish);
        await renew();
        say(w.added(wish.name));
      }}
      onClose={onClose}
    />
  );
}
