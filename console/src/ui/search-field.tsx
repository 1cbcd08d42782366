import { CloseButton, Kbd, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { words } from '../words/index.ts';

/** Answers while one types: 120 ms after the last key. Old answers are dropped by the query that reads the value. */
export function SearchField({ value, onChange, label, width = 320, isFocused = false }: { value: string; onChange: (value: string) => void; label: string; width?: number | string; isFocused?: boolean }) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    // Somebody else changed it (back button, a saved filter): show that.
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = text;
      onChange(text);
    }, 120);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.key !== '/' || event.ctrlKey || event.metaKey || target.closest('input, textarea, select, [contenteditable]')) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener('keydown', focus);
    return () => window.removeEventListener('keydown', focus);
  }, []);

  return (
    <TextInput
      ref={field}
      type="search"
      w={width}
      maw="100%"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && text) {
          event.preventDefault();
          setText('');
        }
      }}
      placeholder={label}
      aria-label={label}
      autoComplete="off"
      spellCheck={false}
      data-autofocus={isFocused || undefined}
      leftSection={<IconSearch size={16} stroke={1.75} aria-hidden="true" />}
      rightSection={text ? <CloseButton size="sm" aria-label={words.ui.clear} onClick={() => setText('')} /> : <Kbd size="xs" title={words.ui.keys.search}>/</Kbd>}
    />
  );
}
