import { Table } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import css from './short-table.module.css';

export interface ShortColumn<T> {
  readonly title: string;
  readonly render: (row: T) => ReactNode;
}

/** A table of a few rows that is there at once; cards on a phone. The first column names the row. */
export function ShortTable<T>({ name, rows, keyOf, columns, action }: { name: string; rows: readonly T[]; keyOf: (row: T) => string; columns: readonly [ShortColumn<T>, ...ShortColumn<T>[]]; action?: ShortColumn<T> }) {
  const isPhone = useMediaQuery('(max-width: 720px)', false, { getInitialValueInEffect: false }) ?? false;
  const [first, ...others] = columns;
  if (isPhone) {
    return (
      <ul className={css.cards} aria-label={name}>
        {rows.map((row) => (
          <li key={keyOf(row)} className={css.card}>
            <div className={css.first}>{first.render(row)}</div>
            <dl className={css.facts}>
              {others.map((column) => (
                <div key={column.title}>
                  <dt>{column.title}</dt>
                  <dd>{column.render(row)}</dd>
                </div>
              ))}
            </dl>
            {action?.render(row)}
          </li>
        ))}
      </ul>
    );
  }
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table verticalSpacing={8} aria-label={name}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.title}>{column.title}</Table.Th>
            ))}
            {action ? (
              <Table.Th>
                <span className="visually-hidden">{action.title}</span>
              </Table.Th>
            ) : null}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={keyOf(row)}>
              {columns.map((column) => (
                <Table.Td key={column.title}>{column.render(row)}</Table.Td>
              ))}
              {action ? <Table.Td ta="right">{action.render(row)}</Table.Td> : null}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
