import { ActionIcon, Button, Group, Menu, Modal, PasswordInput, Stack, Switch, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconDeviceMobile, IconDots, IconFingerprint, IconKey } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { addPasskey, confirmTotp, myFactorsQuery, newRecoveryCodes, passkeyOptions, removeFactor, renameFactor, setPassword, startTotp, type Factors, type TotpStarted } from '../api/authentication.ts';
import { Confirm, Refused } from '../ui/confirm.tsx';
import { useMe } from '../ui/me.tsx';
import { PageSentence } from '../ui/page-sentence.tsx';
import { say } from '../ui/said.tsx';
import { SecretOnce } from '../ui/secret-once.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { Loaded } from '../ui/state.tsx';
import { Tone } from '../ui/tone.tsx';
import { When } from '../ui/when.tsx';
import { words } from '../words/index.ts';
import css from './my-security.module.css';
import { RecoverySheet } from './recovery/recovery-sheet.tsx';

type Asked = { is: 'passkey' } | { is: 'app' } | { is: 'password' } | { is: 'codes' } | { is: 'rename' | 'remove'; which: string; name: string };

export function MySecurity() {
  const query = useQuery(myFactorsQuery);
  return <Loaded query={query}>{(factors) => <Shown factors={factors} />}</Loaded>;
}

function Shown({ factors }: { factors: Factors }) {
  const w = words.portal.security;
  const queries = useQueryClient();
  const [asked, ask] = useState<Asked | null>(null);
  const close = (): void => ask(null);
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['me'] });
  const { strength } = factors;
  const steps: Partial<Record<Factors['strength']['nextStep'], ReactNode>> = {
    add_passkey: <Button onClick={() => ask({ is: 'passkey' })}>{w.addPasskey}</Button>,
    add_spare_passkey: <Button onClick={() => ask({ is: 'passkey' })}>{w.addPasskey}</Button>,
    add_second_factor: (
      <Group gap="xs">
        <Button onClick={() => ask({ is: 'passkey' })}>{w.addPasskey}</Button>
        <Button variant="default" onClick={() => ask({ is: 'app' })}>
          {w.addApp}
        </Button>
      </Group>
    ),
    new_recovery_codes: <Button onClick={() => ask({ is: 'codes' })}>{w.newCodes}</Button>,
  };
  return (
    <>
      <PageSentence
        title={w.title}
        sentence={strength.sentence || w.levels[strength.assuranceLevel]}
        note={<Tone tone={strength.isPhishingResistant ? 'good' : strength.assuranceLevel >= 2 ? 'neutral' : 'attention'}>{strength.isPhishingResistant ? words.people.factors.phishingResistant : words.people.factors.notPhishingResistant}</Tone>}
      />
      <Stack gap="lg">
        <Sheet title={w.next} {...(strength.nextStep === 'none' ? { tone: 'good' as const } : strength.assuranceLevel < 2 ? { tone: 'attention' as const } : {})}>
          <div className={css.step}>
            <span>{w.steps[strength.nextStep]}</span>
            {steps[strength.nextStep]}
          </div>
        </Sheet>
        <Sheet
          title={w.passkeys}
          lead={w.passkeysLead}
          actions={
            <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'passkey' })}>
              {w.addPasskey}
            </Button>
          }
        >
          {factors.passkeys.length === 0 ? <p className="quiet">{w.noPasskey}</p> : null}
          <ul className={css.list}>
            {factors.passkeys.map((passkey) => (
              <FactorLine
                key={passkey.id}
                icon={<IconFingerprint size={24} stroke={1.4} aria-hidden="true" />}
                name={passkey.name}
                createdAt={passkey.createdAt}
                lastUsedAt={passkey.lastUsedAt}
                more={passkey.isDisabled ? w.isDisabled : passkey.isSynced ? w.synced : w.bound}
                onRename={() => ask({ is: 'rename', which: passkey.id, name: passkey.name })}
                onRemove={() => ask({ is: 'remove', which: passkey.id, name: passkey.name })}
              />
            ))}
          </ul>
        </Sheet>
        <Sheet
          title={w.app}
          lead={w.appLead}
          actions={
            <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'app' })}>
              {w.addApp}
            </Button>
          }
        >
          {factors.totps.length === 0 ? <p className="quiet">{w.noApp}</p> : null}
          {factors.isTotpDisabled ? <Tone tone="danger">{w.isDisabled}</Tone> : null}
          <ul className={css.list}>
            {factors.totps.map((totp) => (
              <FactorLine
                key={totp.id}
                icon={<IconDeviceMobile size={24} stroke={1.4} aria-hidden="true" />}
                name={totp.name}
                createdAt={totp.createdAt}
                lastUsedAt={totp.lastUsedAt}
                more={null}
                onRename={() => ask({ is: 'rename', which: totp.id, name: totp.name })}
                onRemove={() => ask({ is: 'remove', which: totp.id, name: totp.name })}
              />
            ))}
          </ul>
        </Sheet>
        <Sheet
          title={w.password}
          actions={
            <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'password' })}>
              {factors.password ? w.changePassword : w.setPassword}
            </Button>
          }
        >
          {factors.password ? (
            <ul className={css.list}>
              <FactorLine icon={<IconKey size={24} stroke={1.4} aria-hidden="true" />} name={w.password} createdAt={factors.password.setAt} lastUsedAt={factors.password.lastUsedAt} more={factors.password.isDisabled ? w.passwordDisabled : null} onRemove={() => ask({ is: 'remove', which: 'password', name: w.password })} />
            </ul>
          ) : (
            <p className="quiet">{w.passwordNone}</p>
          )}
        </Sheet>
        <RecoverySheet />
        <Sheet
          title={w.codes}
          lead={w.codesLead}
          actions={
            <Button size="compact-sm" variant="default" onClick={() => ask({ is: 'codes' })}>
              {w.newCodes}
            </Button>
          }
        >
          {factors.recoveryCodes.issuedAt ? (
            <p>
              <Tone tone={factors.recoveryCodes.left > 3 ? 'good' : 'attention'}>{w.codesLeft(factors.recoveryCodes.left)}</Tone>{' '}
              <span className="quiet">
                {w.added} <When at={factors.recoveryCodes.issuedAt} />
              </span>
            </p>
          ) : (
            <p className="quiet">{w.codesNone}</p>
          )}
        </Sheet>
      </Stack>
      {asked?.is === 'passkey' ? <AddPasskey onClose={close} renew={renew} /> : null}
      {asked?.is === 'app' ? <AddApp onClose={close} renew={renew} /> : null}
      {asked?.is === 'password' ? <SetPassword hasOne={factors.password !== null} onClose={close} renew={renew} /> : null}
      {asked?.is === 'codes' ? <NewCodes hasSome={factors.recoveryCodes.left > 0} onClose={close} renew={renew} /> : null}
      {asked?.is === 'rename' ? <Rename which={asked.which} name={asked.name} onClose={close} renew={renew} /> : null}
      {asked?.is === 'remove' ? (
        <Confirm
          title={w.removeTitle(asked.name)}
          effect={w.removeEffect(asked.name)}
          action={w.remove}
          isDangerous
          onConfirm={async () => {
            await removeFactor(asked.which);
            await renew();
            say(w.removed(asked.name));
          }}
          onClose={close}
        />
      ) : null}
    </>
  );
}

function FactorLine({ icon, name, createdAt, lastUsedAt, more, onRename, onRemove }: { icon: ReactNode; name: string; createdAt: string; lastUsedAt: string | null; more: string | null; onRename?: () => void; onRemove: () => void }) {
  const w = words.portal.security;
  return (
    <li className={css.item}>
      {icon}
      <div>
        <span className={css.name}>{name}</span>
        <span className="quiet-under">
          {more ? `${more} · ` : ''}
          {w.added} <When at={createdAt} /> ·{' '}
          {lastUsedAt ? (
            <>
              {w.lastUsed} <When at={lastUsedAt} />
            </>
          ) : (
            w.notUsed
          )}
        </span>
      </div>
      <Menu>
        <Menu.Target>
          <ActionIcon aria-label={`${words.ui.more}: ${name}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {onRename ? <Menu.Item onClick={onRename}>{w.rename}</Menu.Item> : null}
          <Menu.Item color="red" onClick={onRemove}>
            {w.remove}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}

interface DialogProps {
  readonly onClose: () => void;
  readonly renew: () => Promise<void>;
}

function AddPasskey({ onClose, renew }: DialogProps) {
  const w = words.portal.security;
  const [name, setName] = useState('');
  return (
    <Confirm
      title={w.addPasskey}
      effect={
        <Stack gap="sm">
          <p>{w.passkeysLead}</p>
          <TextInput label={w.passkeyName} placeholder={w.passkeyNameExample} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={60} />
        </Stack>
      }
      action={w.addPasskey}
      onConfirm={async () => {
        const { browserSupportsWebAuthn, startRegistration, WebAuthnError } = await import('@simplewebauthn/browser');
        if (!browserSupportsWebAuthn()) throw new Error(w.noPasskeys);
        const { options } = await passkeyOptions();
        let response: Record<string, unknown>;
        try {
          response = (await startRegistration({ optionsJSON: options as unknown as Parameters<typeof startRegistration>[0]['optionsJSON'] })) as unknown as Record<string, unknown>;
        } catch (error) {
          throw new Error(error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED' ? w.passkeyTwice : w.passkeyCancelled, { cause: error });
        }
        await addPasskey({ ...(name.trim() ? { name: name.trim() } : {}), response });
        await renew();
        say(w.passkeyAdded);
      }}
      onClose={onClose}
    />
  );
}

function AddApp({ onClose, renew }: DialogProps) {
  const w = words.portal.security;
  const [started, setStarted] = useState<TotpStarted | null>(null);
  const [name, setName] = useState<string>(w.app);
  const [code, setCode] = useState('');
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (caught) {
      setError(caught as Error);
    }
    setBusy(false);
  };
  const begin = (): Promise<void> => run(async () => setStarted(await startTotp(name.trim() || w.app)));
  const confirm = (): Promise<void> =>
    run(async () => {
      await confirmTotp(started!.id, code);
      await renew();
      say(w.appAdded);
      onClose();
    });
  return (
    <Modal opened onClose={onClose} title={w.appTitle} closeOnClickOutside={started === null}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void (started ? confirm() : begin());
        }}
      >
        <Stack gap="md">
          {started ? (
            <>
              <p>{w.appScan}</p>
              <img className={css.qr} src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(started.qr)}`} alt={w.appScan} />
              <SecretOnce value={started.secret} label={w.appByHand} />
              <TextInput className={css.digits ?? ''} label={w.appCode} value={code} onChange={(event) => setCode(event.currentTarget.value)} inputMode="numeric" autoComplete="one-time-code" maxLength={7} required data-autofocus />
            </>
          ) : (
            <>
              <p>{w.appLead}</p>
              <TextInput label={w.passkeyName} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={60} data-autofocus />
            </>
          )}
          <Refused error={error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {words.ui.cancel}
            </Button>
            <Button type="submit" loading={isBusy} disabled={started !== null && !/^\d{3} ?\d{3}$/.test(code.trim())}>
              {started ? w.appConfirm : w.addApp}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function SetPassword({ hasOne, onClose, renew }: DialogProps & { hasOne: boolean }) {
  const w = words.portal.security;
  const me = useMe();
  const [password, change] = useState('');
  const [endsOthers, setEndsOthers] = useState(true);
  return (
    <Confirm
      title={hasOne ? w.changePassword : w.setPassword}
      effect={
        <Stack gap="sm">
          {/* Password stores look for the name beside the password. */}
          <input className="visually-hidden" type="text" autoComplete="username" value={me.person?.username ?? ''} readOnly tabIndex={-1} aria-hidden="true" />
          <PasswordInput label={w.newPassword} description={w.passwordRule} value={password} onChange={(event) => change(event.currentTarget.value)} autoComplete="new-password" required maxLength={1024} />
          <Switch label={w.endOthers} checked={endsOthers} onChange={(event) => setEndsOthers(event.currentTarget.checked)} />
        </Stack>
      }
      action={hasOne ? w.changePassword : w.setPassword}
      isReady={password.length > 0}
      onConfirm={async () => {
        await setPassword({ password, endOtherSessions: endsOthers });
        await renew();
        say(w.passwordChanged);
      }}
      onClose={onClose}
    />
  );
}

function NewCodes({ hasSome, onClose, renew }: DialogProps & { hasSome: boolean }) {
  const w = words.portal.security;
  const me = useMe();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const make = (): void => {
    setBusy(true);
    setError(null);
    newRecoveryCodes().then(
      (made) => {
        setCodes(made.codes);
        setBusy(false);
        void renew();
      },
      (caught: Error) => {
        setError(caught);
        setBusy(false);
      },
    );
  };
  const download = (): void => {
    const address = URL.createObjectURL(new Blob([`${w.codesFileHead(me.person?.username ?? '')}\n\n${(codes ?? []).join('\n')}\n`], { type: 'text/plain' }));
    const link = Object.assign(document.createElement('a'), { href: address, download: w.codesFile });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1_000);
  };
  return (
    <Modal opened onClose={onClose} title={codes ? w.codesTitle : w.newCodes} closeOnClickOutside={codes === null} closeOnEscape={codes === null} withCloseButton={codes === null}>
      {codes ? (
        <Stack gap="md">
          <p>{w.codesText}</p>
          <ol className={css.codes} data-print>
            {codes.map((code) => (
              <li key={code}>{code}</li>
            ))}
          </ol>
          <Group justify="space-between">
            <Group gap="xs">
              <Button variant="default" onClick={download}>
                {w.download}
              </Button>
              <Button variant="default" onClick={() => window.print()}>
                {w.print}
              </Button>
            </Group>
            <Button onClick={onClose}>{w.kept}</Button>
          </Group>
        </Stack>
      ) : (
        <Stack gap="md">
          <p>{hasSome ? w.newCodesEffect : w.codesLead}</p>
          <Refused error={error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {words.ui.cancel}
            </Button>
            <Button loading={isBusy} onClick={make}>
              {w.newCodes}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

function Rename({ which, name, onClose, renew }: DialogProps & { which: string; name: string }) {
  const w = words.portal.security;
  const [text, setText] = useState(name);
  return (
    <Confirm
      title={w.rename}
      effect={<TextInput label={w.passkeyName} value={text} onChange={(event) => setText(event.currentTarget.value)} maxLength={60} />}
      action={w.rename}
      isReady={text.trim() !== '' && text.trim() !== name}
      onConfirm={async () => {
        await renameFactor(which, text.trim());
        await renew();
      }}
      onClose={onClose}
    />
  );
}
