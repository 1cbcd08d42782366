import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { peopleFound } from '../api/directory.ts';
import { words } from '../words/index.ts';

/** Chooses one person out of thousands by typing. */
export function PersonPicker({ label, description, value, name = null, onChange, isRequired = false, isClearable = true, withLabel = true }: { label: string; description?: string; value: string | null; name?: string | null; onChange: (id: string | null, name: string | null) => void; isRequired?: boolean; isClearable?: boolean; withLabel?: boolean }) {
  const [text, setText] = useState(name ?? '');
  const [chosen, setChosen] = useState<{ id: string; name: string } | null>(value && name ? { id: value, name } : null);
  const [search] = useDebouncedValue(text.trim(), 120);
  const found = useQuery({ ...peopleFound(search === chosen?.name ? '' : search), enabled: search.length > 0 && search !== chosen?.name });
  const options = new Map((found.data?.items ?? []).map((one) => [one.id, { value: one.id, label: one.displayName, under: [one.title, one.department].filter(Boolean).join(' · ') }]));
  if (chosen && !options.has(chosen.id)) options.set(chosen.id, { value: chosen.id, label: chosen.name, under: '' });
  return (
    <Select
      {...(withLabel ? { label } : { 'aria-label': label })}
      {...(description ? { description } : {})}
      placeholder={words.people.form.managerPlaceholder}
      searchable
      clearable={isClearable}
      required={isRequired}
      value={value}
      searchValue={text}
      onSearchChange={setText}
      data={[...options.values()].map(({ value: id, label: text_ }) => ({ value: id, label: text_ }))}
      filter={({ options: all }) => all}
      nothingFoundMessage={search ? words.ui.nothingFound : null}
      renderOption={({ option }) => (
        <span>
          {option.label}
          <span className="quiet-under">{options.get(option.value)?.under}</span>
        </span>
      )}
      onChange={(id) => {
        const name_ = id ? (options.get(id)?.label ?? null) : null;
        setChosen(id && name_ ? { id, name: name_ } : null);
        onChange(id, name_);
      }}
    />
  );
}
