import { NativeSelect, NumberInput, PasswordInput, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ConnectorKind } from '../api/lifecycle.ts';
import { words } from '../words/index.ts';
import { ticked } from '../words/ticked.tsx';
import css from './schema-form.module.css';

/** The part of JSON schema that connector settings use. */
interface Property {
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'array';
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}
interface Schema {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}
export type Values = Readonly<Record<string, unknown>>;

export const defaultsOf = (kind: ConnectorKind): Values => Object.fromEntries(Object.entries((kind.settings as Schema).properties ?? {}).flatMap(([name, property]) => (property.default === undefined ? [] : [[name, property.default]])));
export const isComplete = (kind: ConnectorKind, values: Values): boolean => ((kind.settings as Schema).required ?? []).every((name) => values[name] !== undefined && values[name] !== '');

/** A form out of a connector's own description of its settings. What has a default waits behind "more". */
export function SchemaForm({ kind, values, onChange }: { kind: ConnectorKind; values: Values; onChange: (values: Values) => void }) {
  const w = words.applications.form;
  const schema = kind.settings as Schema;
  const all = Object.entries(schema.properties ?? {});
  const isFirst = (name: string): boolean => schema.required?.includes(name) ?? false;
  const draw = ([name, property]: [string, Property]): ReactNode => <Field key={name} name={name} property={property} isRequired={isFirst(name)} value={values[name]} onChange={(value) => onChange({ ...values, [name]: value })} />;
  const rest = all.filter(([name]) => !isFirst(name));
  return (
    <Stack gap="sm">
      {all.filter(([name]) => isFirst(name)).map(draw)}
      {rest.length > 0 ? (
        <details className={css.more}>
          <summary>
            <IconChevronRight size={16} aria-hidden="true" />
            {w.more} <span className="quiet">{w.moreText}</span>
          </summary>
          <Stack gap="sm" mt="sm">
            {rest.map(draw)}
          </Stack>
        </details>
      ) : null}
    </Stack>
  );
}

function Field({ name, property, isRequired, value, onChange }: { name: string; property: Property; isRequired: boolean; value: unknown; onChange: (value: unknown) => void }) {
  const label = property.title ?? name;
  const given = { label, required: isRequired, ...(property.description ? { description: ticked(property.description) } : {}) };
  if (property.enum) return <NativeSelect {...given} value={String(value ?? '')} onChange={(event) => onChange(event.currentTarget.value)} data={property.enum.map((one) => ({ value: one, label: one }))} />;
  if (property.type === 'boolean') return <Switch label={label} {...(property.description ? { description: ticked(property.description) } : {})} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
  if (property.type === 'integer' || property.type === 'number') {
    return <NumberInput {...given} size="sm" value={typeof value === 'number' ? value : ''} onChange={(next) => onChange(typeof next === 'number' ? next : undefined)} {...(property.minimum === undefined ? {} : { min: property.minimum })} {...(property.maximum === undefined ? {} : { max: property.maximum })} allowDecimal={property.type === 'number'} hideControls />;
  }
  if (property.type === 'array') {
    return (
      <Textarea
        label={label}
        required={isRequired}
        description={
          <>
            {property.description ? <>{ticked(property.description)} </> : null}
            {words.applications.form.lines}
          </>
        }
        value={Array.isArray(value) ? value.join('\n') : ''}
        onChange={(event) => onChange(event.currentTarget.value.split('\n').map((line) => line.trim()).filter((line, index, lines) => line !== '' || index === lines.length - 1))}
        onBlur={() => onChange(Array.isArray(value) ? value.filter((line) => line !== '') : [])}
      />
    );
  }
  if ((property.maxLength ?? 0) >= 5_000) return <Textarea {...given} value={String(value ?? '')} onChange={(event) => onChange(event.currentTarget.value)} />;
  return <TextInput {...given} value={String(value ?? '')} onChange={(event) => onChange(event.currentTarget.value)} autoComplete="off" spellCheck={false} />;
}

/** Secrets are typed in and never come back: a field for one that is set is empty. */
export function SecretFields({ kind, set, values, onChange }: { kind: ConnectorKind; set: readonly string[]; values: Readonly<Record<string, string>>; onChange: (values: Readonly<Record<string, string>>) => void }) {
  const w = words.applications.form;
  if (kind.secrets.length === 0) return null;
  return (
    <Stack gap="sm">
      {kind.secrets.map((secret) => (
        <PasswordInput
          key={secret.name}
          label={secret.title}
          description={ticked(secret.description)}
          required={!secret.isOptional && !set.includes(secret.name)}
          placeholder={set.includes(secret.name) ? w.secretSet : ''}
          value={values[secret.name] ?? ''}
          onChange={(event) => onChange({ ...values, [secret.name]: event.currentTarget.value })}
          autoComplete="new-password"
        />
      ))}
    </Stack>
  );
}
