import { Button, FileButton, Switch } from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { uploadHrImport } from '../../api/hr-feed.ts';
import { at } from '../../ui/at.ts';
import { Refused } from '../../ui/confirm.tsx';
import { DropZone } from '../../ui/drop-zone.tsx';
import { useGo } from '../../ui/use-filters.ts';
import { words } from '../../words/index.ts';
import css from './drop.module.css';

const most = 20 * 1_048_576;

/** Takes an HR file by drop or by choice; goes on to what it would change. */
export function Drop() {
  const w = words.hrFeed;
  const go = useGo();
  const [isBusy, setBusy] = useState(false);
  const [isComplete, setComplete] = useState(true);
  const [error, setError] = useState<Error | null>(null);
  const take = async (file: File | null | undefined): Promise<void> => {
    if (!file || isBusy) return;
    setError(null);
    if (file.size > most) return setError(new Error(w.tooLarge));
    setBusy(true);
    try {
      const made = await uploadHrImport(file, isComplete);
      go(at.hrImport(made.id));
    } catch (caught) {
      setError(caught as Error);
      setBusy(false);
    }
  };
  return (
    <DropZone className={css.drop} onTake={(file) => void take(file)}>
      <IconFileUpload size={32} stroke={1.25} aria-hidden="true" />
      <span className={css.title}>{isBusy ? w.reading : w.drop}</span>
      <p>{w.dropText}</p>
      <div className={css.row}>
        <FileButton onChange={(file) => void take(file)} accept=".csv,.txt,.tsv,text/csv,text/plain">
          {(properties) => (
            <Button {...properties} loading={isBusy}>
              {w.choose}
            </Button>
          )}
        </FileButton>
        <Switch checked={isComplete} onChange={(event) => setComplete(event.currentTarget.checked)} label={w.isComplete} description={w.isCompleteText} ta="left" />
      </div>
      <Refused error={error} />
    </DropZone>
  );
}
