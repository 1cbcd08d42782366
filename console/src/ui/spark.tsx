import css from './spark.module.css';

/** A small line from zero, the target as a dashed one. The figures stand beside it; the table is behind it. */
export function Spark({ values, target = null, name }: { values: readonly (number | null)[]; target?: number | null; name: string }) {
  const known = values.flatMap((value, index) => (value === null ? [] : [{ value, index }]));
  if (known.length < 2) return null;
  const top = Math.max(...known.map((point) => point.value), target ?? 0, 1e-9);
  const x = (index: number): number => (index / Math.max(values.length - 1, 1)) * 100;
  const y = (value: number): number => 36 - (value / top) * 34;
  const line = known.map((point) => `${x(point.index).toFixed(2)},${y(point.value).toFixed(2)}`).join(' ');
  return (
    <div className={css.frame}>
      <svg className={css.svg} viewBox="0 0 100 36" preserveAspectRatio="none" role="img" aria-label={name}>
        <polygon className={css.area} points={`${x(known[0]!.index).toFixed(2)},36 ${line} ${x(known.at(-1)!.index).toFixed(2)},36`} />
        {target === null ? null : <line className={css.target} x1="0" x2="100" y1={y(target)} y2={y(target)} />}
        <polyline className={css.line} points={line} />
      </svg>
    </div>
  );
}

/** A share of a whole, with its target as a mark. */
export function ShareLine({ share, target, name }: { share: number; target: number | null; name: string }) {
  return (
    <div className={css.bar} role="img" aria-label={name}>
      <span className={css.fill} style={{ width: `${Math.min(100, share * 100)}%` }} />
      {target === null ? null : <span className={css.mark} style={{ left: `calc(${Math.min(100, target * 100)}% - 1px)` }} />}
    </div>
  );
}
