import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconCertificate } from '@tabler/icons-react';
import { useState } from 'react';
import { myCertificatesQuery, removeMyCertificate, renameMyCertificate, type OwnCertificate } from '../../api/certificate.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { Tone } from '../../ui/tone.tsx';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import css from '../my-security.module.css';
import { FactorLine } from './factor-line.tsx';
import { Remove } from './remove.tsx';
import { Rename } from './rename.tsx';

/** My certificates; nothing at all where there are none and none could be used. */
export function MyCertificates() {
  const w = words.certificate.own;
  const query = useQuery(myCertificatesQuery);
  const queries = useQueryClient();
  const [asked, ask] = useState<{ is: 'rename' | 'remove'; one: OwnCertificate } | null>(null);
  const close = (): void => ask(null);
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['me'] });
  if (!query.data || (query.data.items.length === 0 && !query.data.isUsable)) return null;
  const { items, isUsable } = query.data;
  return (
    <Sheet title={w.title} lead={w.lead}>
      {items.length === 0 ? <p className="quiet">{w.none}</p> : null}
      {isUsable ? null : <Tone tone="attention">{w.noDoor}</Tone>}
      <ul className={css.list}>
        {items.map((one) => (
          <FactorLine
            key={one.id}
            icon={<IconCertificate size={24} stroke={1.4} aria-hidden="true" />}
            name={one.name}
            createdAt={null}
            lastUsedAt={one.lastUsedAt}
            more={
              <>
                {one.name === one.issuerName ? '' : `${one.issuerName} · `}
                {w.levels[one.assuranceLevel]} · {w.until} <When at={one.notAfter} />
              </>
            }
            onRename={() => ask({ is: 'rename', one })}
            onRemove={() => ask({ is: 'remove', one })}
          />
        ))}
      </ul>
      {asked?.is === 'rename' ? <Rename which={asked.one.id} name={asked.one.name} rename={renameMyCertificate} onClose={close} renew={renew} /> : null}
      {asked?.is === 'remove' ? <Remove which={asked.one.id} name={asked.one.name} effect={w.removeEffect(asked.one.name)} remove={removeMyCertificate} onClose={close} renew={renew} /> : null}
    </Sheet>
  );
}
