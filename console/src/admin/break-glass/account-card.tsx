import { ActionIcon, Button, Code, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { cancelDrill, type BreakGlassAccount } from '../../api/break-glass.ts';
import { Facts } from '../../ui/facts.tsx';
import { useMay } from '../../ui/me.tsx';
import { say, sayProblem } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Tone, type ToneName } from '../../ui/tone.tsx';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import css from './break-glass.module.css';

export type Ask = { readonly is: 'register' | 'test' | 'seal' | 'drill' | 'retire'; readonly account: BreakGlassAccount } | { readonly is: 'remove-key'; readonly account: BreakGlassAccount; readonly keyId: string; readonly keyName: string };

/** One account: what it is now, what comes next, where its envelope lies. */
export function AccountCard({ account, ask, renew }: { account: BreakGlassAccount; ask: (what: Ask) => void; renew: () => Promise<void> }) {
  const w = words.breakGlass;
  const mayChange = useMay('privileged.break-glass.make');
  const isBroken = account.state === 'sealed' && !account.isWorking;
  const tone: Exclude<ToneName, 'neutral'> = isBroken || account.state === 'opened' ? 'danger' : account.state === 'sealed' ? (account.isDrillOverdue ? 'attention' : 'good') : 'attention';
  const keysInReach = account.state !== 'sealed' || isBroken;
  return (
    <Sheet
      title={account.name}
      tone={tone}
      actions={
        <span className={css.head}>
          <Tone tone={tone}>{w.states[account.state]}</Tone>
          {mayChange ? (
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon aria-label={w.more(account.name)}>
                  <IconDots size={16} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                {account.state === 'sealed' && !isBroken ? <Menu.Item onClick={() => ask({ is: 'seal', account })}>{w.move}</Menu.Item> : null}
                {keysInReach && account.keys.length > 0 ? <Menu.Item onClick={() => ask({ is: 'test', account })}>{w.test}</Menu.Item> : null}
                {keysInReach && account.keys.length < 2 ? <Menu.Item onClick={() => ask({ is: 'register', account })}>{w.register}</Menu.Item> : null}
                {keysInReach ? account.keys.map((key) => <Menu.Item key={key.id} onClick={() => ask({ is: 'remove-key', account, keyId: key.id, keyName: key.name })}>{w.removeKey(key.name)}</Menu.Item>) : null}
                <Menu.Item color="red" onClick={() => ask({ is: 'retire', account })}>
                  {w.retire}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          ) : null}
        </span>
      }
    >
      {account.drill ? (
        <div className={css.drill}>
          <h3>{w.drilling.title}</h3>
          <ol className={css.steps}>
            <li>{account.seal ? w.drilling.fetch(account.seal.envelope, account.seal.place, account.seal.keeper) : null}</li>
            <li>
              {w.drilling.open} <Code>{`${location.origin}/sign-in`}</Code>
            </li>
            <li>
              {w.drilling.type} <Code>{account.username}</Code> {w.drilling.touch}
            </li>
            <li>{w.drilling.wait}</li>
          </ol>
          <p className="quiet">
            {w.drilling.until} <When at={account.drill.expiresAt} />.
          </p>
          <div>
            <Button size="compact-sm" variant="default" onClick={() => void cancelDrill(account.id).then(() => renew()).then(() => say(w.drilling.cancelled)).catch(sayProblem)}>
              {w.drilling.cancel}
            </Button>
          </div>
        </div>
      ) : (
        <div className={css.next}>
          <p>{isBroken ? w.next.broken : w.next[account.state]}</p>
          <NextStep account={account} ask={ask} />
        </div>
      )}
      <Facts
        facts={[
          [w.facts.username, <Code key="username">{account.username}</Code>],
          [account.state === 'sealed' ? w.facts.envelope : w.facts.was, account.seal?.envelope],
          [w.facts.place, account.seal?.place],
          [w.facts.keeper, account.seal?.keeper],
          [w.facts.sealed, account.seal ? <When key="sealed" at={account.seal.sealedAt} /> : null],
          [w.facts.key, account.keys.length === 0 ? null : account.keys.map((key) => `${key.name}${key.isDisabled ? ` (${w.facts.disabled})` : ''}`).join(', ')],
          [w.facts.tested, account.testedAt ? <When key="tested" at={account.testedAt} /> : null],
          [w.facts.drill, account.keys.length === 0 ? null : <When key="drill" at={account.drilledAt} none={w.facts.never} />],
          [w.facts.due, account.drillDueAt && account.state === 'sealed' ? account.isDrillOverdue ? <Tone key="due" tone="attention">{w.facts.overdue}</Tone> : <When key="due" at={account.drillDueAt} /> : null],
        ]}
      />
    </Sheet>
  );
}

function NextStep({ account, ask }: { account: BreakGlassAccount; ask: (what: Ask) => void }) {
  const w = words.breakGlass;
  const button = (is: 'register' | 'test' | 'seal' | 'drill', text: string, isPlain = false) => (
    <Button size="compact-md" {...(isPlain ? { variant: 'default' } : {})} onClick={() => ask({ is, account })} aria-label={`${text}: ${account.name}`}>
      {text}
    </Button>
  );
  switch (account.state) {
    case 'new':
      return button('register', w.register);
    case 'untested':
    case 'opened':
      return button('test', w.test);
    case 'ready':
      return button('seal', w.seal);
    case 'sealed':
      return button('drill', w.drill, !account.isDrillOverdue);
  }
}
