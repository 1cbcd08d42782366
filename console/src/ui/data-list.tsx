import { Button, Checkbox } from '@mantine/core';
import { useMediaQuery, useViewportSize } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type CSSProperties, type ReactNode } from 'react';
import type { Slice } from '../api/client.ts';
import { words } from '../words/index.ts';
import css from './data-list.module.css';
import { ErrorState, LoadingState } from './state.tsx';

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** A track of the CSS grid: `2fr`, `120px` or `minmax(120px, 2fr)`. */
  readonly width: string;
  readonly render: (row: Row) => ReactNode;
  readonly isNumber?: boolean;
}

/** The part of an infinite query that a list needs. */
export interface ListQuery<Row> {
  readonly data: { readonly pages: readonly Slice<Row>[] } | undefined;
  readonly error: Error | null;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isPlaceholderData: boolean;
  readonly fetchNextPage: () => unknown;
  readonly refetch: () => unknown;
}

export interface Selection {
  readonly keys: ReadonlySet<string>;
  readonly change: (keys: ReadonlySet<string>) => void;
}

interface Props<Row> {
  readonly name: string;
  readonly query: ListQuery<Row>;
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly onOpen?: (row: Row) => void;
  /** Where there is too little room there are cards, not squeezed tables. */
  readonly card: (row: Row) => ReactNode;
  readonly empty: ReactNode;
  readonly selection?: Selection;
  readonly rowHeight?: number;
}

/** Below this many pixels the columns would squeeze out what stands in them; a share of what is left over needs 45 of its own. */
const leastWidth = (columns: readonly Column<never>[]): number =>
  columns.reduce((sum, { width }) => sum + (width.endsWith('fr') ? 45 * parseFloat(width) : Number(/(\d+)px/.exec(width)?.[1] ?? 0)), 0) + 16 * (columns.length + 1);

/** A list of any length: read by key, drawn only where one looks, moved through with j and k. */
export function DataList<Row>({ name, query, columns, keyOf, onOpen, card, empty, selection, rowHeight = 45 }: Props<Row>) {
  const isPhone = useMediaQuery('(max-width: 720px)', false, { getInitialValueInEffect: false }) ?? false;
  const [width, setWidth] = useState(0);
  useViewportSize();
  const areCards = isPhone || (width > 0 && width < leastWidth(columns) + (selection ? 44 : 0));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const [at, setAt] = useState(-1);
  const list = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);

  useLayoutEffect(() => {
    const top = list.current ? list.current.getBoundingClientRect().top + window.scrollY : 0;
    if (Math.abs(top - offset) > 1) setOffset(top);
    // As if there were no scroll bar: it comes and goes with the height, and the height with the answer.
    setWidth(list.current ? list.current.clientWidth + window.innerWidth - document.documentElement.clientWidth : 0);
  });

  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (areCards ? 96 : rowHeight),
    overscan: 12,
    scrollMargin: offset,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : keyOf(row);
    },
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= rows.length - 15) fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, rows.length]);

  const focusRow = (index: number): void => {
    if (index < 0 || index >= rows.length) return;
    setAt(index);
    virtual.scrollToIndex(index, { align: 'auto' });
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true }));
  };
  const toggle = (row: Row): void => {
    if (!selection) return;
    const keys = new Set(selection.keys);
    if (!keys.delete(keyOf(row))) keys.add(keyOf(row));
    selection.change(keys);
  };
  const state = useRef({ rows, at, onOpen, focusRow, toggle });
  useEffect(() => {
    state.current = { rows, at, onOpen, focusRow, toggle };
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input:not([type=checkbox]), textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]')) return;
      const now = state.current;
      const isRow = target.matches('[data-index]');
      if (event.key === 'j' || (isRow && event.key === 'ArrowDown')) now.focusRow(Math.min(now.at + 1, now.rows.length - 1));
      else if (event.key === 'k' || (isRow && event.key === 'ArrowUp')) now.focusRow(Math.max(now.at - 1, 0));
      else if (isRow && event.key === 'Enter') {
        const row = now.rows[now.at];
        if (row !== undefined) now.onOpen?.(row);
      } else if (isRow && (event.key === 'x' || event.key === ' ')) {
        const row = now.rows[now.at];
        if (row !== undefined) now.toggle(row);
      } else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);

  if (query.data === undefined) return query.error ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : <LoadingState />;
  if (rows.length === 0) return <>{empty}</>;

  const grid: CSSProperties = { gridTemplateColumns: [...(selection ? ['28px'] : []), ...columns.map((column) => (column.width.endsWith('fr') ? `minmax(0, ${column.width})` : column.width))].join(' ') };
  const areAllSelected = selection !== undefined && rows.every((row) => selection.keys.has(keyOf(row)));

  return (
    <div className={css.frame} data-stale={query.isPlaceholderData || undefined}>
      <div role="table" aria-label={words.ui.listOf(name)} aria-rowcount={query.hasNextPage ? -1 : rows.length + 1} className={css.table}>
        <div role="rowgroup" className={areCards ? 'visually-hidden' : css.headGroup}>
          <div role="row" className={css.head} style={areCards ? {} : grid} aria-rowindex={1}>
            {selection ? (
              <span role="columnheader">
                <Checkbox size="xs" aria-label={words.ui.selectAll} checked={areAllSelected} indeterminate={!areAllSelected && selection.keys.size > 0} onChange={() => selection.change(areAllSelected ? new Set() : new Set(rows.map(keyOf)))} />
              </span>
            ) : null}
            {columns.map((column) => (
              <span role="columnheader" key={column.key} data-number={column.isNumber || undefined}>
                {column.title}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" ref={list} className={css.body} style={{ height: virtual.getTotalSize() }}>
          {shown.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const place = { transform: `translateY(${item.start - offset}px)` };
            const isSelected = selection?.keys.has(keyOf(row)) ?? false;
            const properties = {
              'role': 'row',
              'aria-rowindex': item.index + 2,
              'data-index': item.index,
              'data-openable': onOpen ? true : undefined,
              'data-selected': isSelected || undefined,
              'tabIndex': item.index === Math.max(at, 0) ? 0 : -1,
              'onFocus': () => setAt(item.index),
              'onClick': (event: React.MouseEvent) => {
                if (onOpen && !(event.target as HTMLElement).closest('a, button, input, label, [role=note]') && !window.getSelection()?.toString()) onOpen(row);
              },
              'ref': virtual.measureElement,
            };
            return areCards ? (
              <div key={item.key} {...properties} className={css.card} style={place}>
                {selection ? (
                  <span role="cell" className={css.pick}>
                    <Checkbox size="sm" aria-label={words.ui.selectRow} checked={isSelected} onChange={() => toggle(row)} tabIndex={-1} />
                  </span>
                ) : null}
                <div role="cell" className={css.cardBody}>
                  {card(row)}
                </div>
              </div>
            ) : (
              <div key={item.key} {...properties} className={css.row} style={{ ...grid, ...place, minHeight: rowHeight }}>
                {selection ? (
                  <span role="cell">
                    <Checkbox size="xs" aria-label={words.ui.selectRow} checked={isSelected} onChange={() => toggle(row)} tabIndex={-1} />
                  </span>
                ) : null}
                {columns.map((column) => (
                  <span role="cell" key={column.key} className={css.cell} data-number={column.isNumber || undefined}>
                    {column.render(row)}
                  </span>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      <div className={css.foot} role="status">
        {query.isFetchingNextPage ? (
          <span className="after-a-moment">{words.ui.loadingMore}</span>
        ) : query.hasNextPage ? (
          <Button variant="subtle" size="compact-sm" onClick={() => query.fetchNextPage()}>
            {words.ui.more}
          </Button>
        ) : (
          <span>{words.ui.endOfList(rows.length)}</span>
        )}
      </div>
    </div>
  );
}
