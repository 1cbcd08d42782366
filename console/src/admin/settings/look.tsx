import { Button, FileButton, Group, Stack, Table, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconPhoto, IconShieldLock } from '@tabler/icons-react';
import { useState, type CSSProperties } from 'react';
import { meQuery } from '../../api/authentication.ts';
import { brandingQuery, removeLogo, setBrandColour, shadesQuery, uploadLogo, type Branding, type Shades, type ShadesOfColour } from '../../api/branding.ts';
import { Refused } from '../../ui/confirm.tsx';
import { DropZone } from '../../ui/drop-zone.tsx';
import { useMay } from '../../ui/me.tsx';
import { say } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Loaded } from '../../ui/state.tsx';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import css from './look.module.css';

const mostLogoBytes = 65_536;
const isColour = (text: string): boolean => /^#[0-9a-f]{6}$/.test(text);

/** The colour and the logo of the sign-in pages, with what they will look like before anybody else sees it. */
export function Look() {
  const query = useQuery(brandingQuery);
  return <Loaded query={query}>{(branding) => <Shown branding={branding} />}</Loaded>;
}

function Shown({ branding }: { branding: Branding }) {
  const w = words.face;
  const queries = useQueryClient();
  const mayChange = useMay('authentication.branding.change');
  const [colour, setColour] = useState(branding.colour ?? branding.light.button);
  const [isOwn, setOwn] = useState(branding.colour === null);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const asked = useQuery({ ...shadesQuery(colour), enabled: !isOwn && isColour(colour) && colour !== branding.colour });
  const look: ShadesOfColour = isOwn ? branding.own : colour === branding.colour || !asked.data ? branding : asked.data;
  const wanted = isOwn ? null : colour;

  const run = async (work: () => Promise<Branding>, done: string): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      queries.setQueryData(brandingQuery.queryKey, await work());
      // The portal shows it too.
      void queries.invalidateQueries({ queryKey: meQuery.queryKey });
      say(done);
    } catch (caught) {
      setError(caught as Error);
    }
    setBusy(false);
  };
  const change = (value: string): void => {
    setOwn(false);
    setColour(value.trim().toLowerCase());
  };
  const take = (file: File | null | undefined): void => {
    if (!file) return;
    if (file.size > mostLogoBytes) return setError(new Error(w.tooLarge));
    void run(() => uploadLogo(file), w.logoSaved);
  };

  return (
    <Stack gap="lg">
      <div className={css.parts}>
        <Sheet title={words.settings.parts.look} lead={w.lead}>
          <Stack gap="lg">
            <form
              onSubmit={(event) => {
                event.preventDefault();
                void run(() => setBrandColour(wanted), w.saved);
              }}
            >
              <Stack gap="sm">
                <div className={css.colour}>
                  <input className={css.well} type="color" aria-label={w.choose} value={isColour(colour) ? colour : branding.light.button} onChange={(event) => change(event.currentTarget.value)} disabled={!mayChange} />
                  <TextInput label={w.colour} value={colour} onChange={(event) => change(event.currentTarget.value)} error={isColour(colour) ? null : w.colourWrong} maxLength={7} w={140} disabled={!mayChange} />
                </div>
                <p className="quiet">{w.colourText}</p>
                {mayChange ? (
                  <Group gap="xs">
                    <Button type="submit" loading={isBusy} disabled={wanted === branding.colour || (wanted !== null && !isColour(wanted))}>
                      {w.save}
                    </Button>
                    <Button variant="default" disabled={isOwn} onClick={() => setOwn(true)}>
                      {w.ownColours}
                    </Button>
                  </Group>
                ) : null}
              </Stack>
            </form>
            <LogoPart branding={branding} mayChange={mayChange} isBusy={isBusy} onTake={take} onRemove={() => void run(removeLogo, w.logoRemoved)} />
            <Refused error={error} />
            {branding.changedAt ? (
              <p className="quiet">
                {w.changed} <When at={branding.changedAt} /> {w.by(branding.changedByName ?? '')}
              </p>
            ) : null}
          </Stack>
        </Sheet>
        <Sheet title={w.preview}>
          <div className={css.pages}>
            <Preview branding={branding} shades={look.light} />
            <Preview branding={branding} shades={look.dark} isDark />
          </div>
        </Sheet>
      </div>
      <Contrasts contrasts={look.contrasts} />
    </Stack>
  );
}

function LogoPart({ branding, mayChange, isBusy, onTake, onRemove }: { branding: Branding; mayChange: boolean; isBusy: boolean; onTake: (file: File | null | undefined) => void; onRemove: () => void }) {
  const w = words.face;
  return (
    <DropZone className={css.drop} onTake={(file) => mayChange && onTake(file)}>
      <Stack gap="sm">
        <h3>{w.logo}</h3>
        {branding.logo ? (
          <div className={css.logo}>
            <img src={branding.logo.path} alt={branding.organisation} />
          </div>
        ) : null}
        <p className="quiet">{w.logoText}</p>
        {mayChange ? (
          <Group gap="xs">
            <FileButton onChange={onTake} accept=".svg,.png,image/svg+xml,image/png">
              {(properties) => (
                <Button {...properties} variant="default" loading={isBusy} leftSection={<IconPhoto size={16} />}>
                  {branding.logo ? w.replace : w.upload}
                </Button>
              )}
            </FileButton>
            {branding.logo ? (
              <Button variant="default" onClick={onRemove}>
                {w.removeLogo}
              </Button>
            ) : null}
          </Group>
        ) : null}
      </Stack>
    </DropZone>
  );
}

function Preview({ branding, shades, isDark = false }: { branding: Branding; shades: Shades; isDark?: boolean }) {
  const w = words.face;
  const colours = { '--paper': shades.paper, '--card': shades.card, '--text': shades.ink, '--soft': shades.soft, '--rule': shades.line, '--link': shades.link, '--button': shades.button, '--on-button': shades.onButton, '--bad': shades.bad, '--focus': shades.focus } as CSSProperties;
  return (
    <figure role="img" aria-label={w.previewOf(isDark ? w.dark : w.light)} style={{ margin: 0 }}>
      <div className={css.page} data-dark={isDark || undefined} style={colours} aria-hidden="true" inert>
        <div className={css.card}>
          <p className={css.brand}>
            {branding.logo ? (
              <img src={branding.logo.path} alt="" />
            ) : (
              <>
                <IconShieldLock size={20} />
                {branding.organisation}
              </>
            )}
          </p>
          <p className={css.title}>{w.example.title(branding.organisation)}</p>
          <p className={css.label}>{w.example.username}</p>
          <div className={css.input} />
          <p className={css.error}>{w.example.error}</p>
          <span className={css.button}>{w.example.continue}</span>
          <span className={`${css.button} ${css.plain}`}>{w.example.passkey}</span>
          <span className={css.link}>{w.example.lost}</span>
        </div>
      </div>
    </figure>
  );
}

function Contrasts({ contrasts }: { contrasts: ShadesOfColour['contrasts'] }) {
  const w = words.face;
  const format = (ratio: number): string => ratio.toFixed(1);
  return (
    <Sheet title={w.contrast} lead={`${w.holds(contrasts.length)} ${w.contrastLead}`}>
      <Table.ScrollContainer minWidth={280}>
        <Table maw={560}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{w.columns.what}</Table.Th>
              <Table.Th ta="right">{w.columns.light}</Table.Th>
              <Table.Th ta="right">{w.columns.dark}</Table.Th>
              <Table.Th ta="right">{w.columns.least}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {contrasts.map((one) => (
              <Table.Tr key={one.what}>
                <Table.Td>{w.pairs[one.what] ?? one.what}</Table.Td>
                <Table.Td ta="right">{format(one.light)}</Table.Td>
                <Table.Td ta="right">{format(one.dark)}</Table.Td>
                <Table.Td ta="right">{one.least}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Sheet>
  );
}
