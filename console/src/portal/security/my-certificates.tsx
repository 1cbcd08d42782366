import { ActionIcon, Menu, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconCertificate, IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { myCertificatesQuery, removeMyCertificate, renameMyCertificate, type OwnCertificate } from '../../api/certificate.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { EndOthers } from '../../ui/end-others.tsx';
import { say } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Tone } from '../../ui/tone.tsx';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';

/** My certificates; nothing at all where there are none and none could be used. */
export function MyCertificates() {
  const w = words.certificate.own;
  const s = words.portal.security;
  const query = useQuery(myCertificatesQuery);
  const queries = useQueryClient();
  const [asked, ask] = useState<{ is: 'rename' | 'remove'; one: OwnCertificate } | null>(null);
  const [name, setName] = useState('');
  const [endsOthers, setEndsOthers] = useState(false);
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['me'] });
  if (!query.data || (query.data.items.length === 0 && !query.data.isUsable)) return null;
  const { items, isUsable } = query.data;
  return (
    <Sheet title={w.title} lead={w.lead}>
      {items.length === 0 ? <p className="quiet">{w.none}</p> : null}
      {isUsable ? null : <Tone tone="attention">{w.noDoor}</Tone>}
      <ul className={css.list}>
        {items.map((one) => (
          <li key={one.id} className={css.item}>
            <IconCertificate size={24} stroke={1.4} aria-hidden="true" />
            <div>
              <span className={css.name}>{one.name}</span>
              <span className="quiet-under">
                {one.name === one.issuerName ? '' : `${one.issuerName} · `}
                {w.levels[one.assuranceLevel]} · {w.until} <When at={one.notAfter} /> ·{' '}
                {one.lastUsedAt ? (
                  <>
                    {s.lastUsed} <When at={one.lastUsedAt} />
                  </>
                ) : (
                  s.notUsed
                )}
              </span>
            </div>
            <Menu>
              <Menu.Target>
                <ActionIcon aria-label={`${words.ui.more}: ${one.name}`}>
                  <IconDots size={16} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  onClick={() => {
                    setName(one.name);
                    ask({ is: 'rename', one });
                  }}
                >
                  {s.rename}
                </Menu.Item>
                <Menu.Item
                  color="red"
                  onClick={() => {
                    setEndsOthers(false);
                    ask({ is: 'remove', one });
                  }}
                >
                  {s.remove}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </li>
        ))}
      </ul>
      {asked?.is === 'rename' ? (
        <Confirm
          title={s.rename}
          effect={<TextInput label={s.passkeyName} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={60} />}
          action={s.rename}
          isReady={name.trim() !== '' && name.trim() !== asked.one.name}
          onConfirm={async () => {
            await renameMyCertificate(asked.one.id, name.trim());
            await renew();
          }}
          onClose={() => ask(null)}
        />
      ) : null}
      {asked?.is === 'remove' ? (
        <Confirm
          title={s.removeTitle(asked.one.name)}
          effect={<EndOthers effect={w.removeEffect(asked.one.name)} isOn={endsOthers} set={setEndsOthers} />}
          action={s.remove}
          isDangerous
          onConfirm={async () => {
            await removeMyCertificate(asked.one.id, endsOthers);
            await renew();
            say(s.removed(asked.one.name));
          }}
          onClose={() => ask(null)}
        />
      ) : null}
    </Sheet>
  );
}
