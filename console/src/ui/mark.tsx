import { useState } from 'react';
import css from './mark.module.css';

/** The mark of the house: a boundary, and who stands inside it. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="6" fill="#0f5964" />
      <path d="M22.5 9.5A9.2 9.2 0 1 0 25.2 16" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
      <circle cx="16" cy="16" r="3.4" fill="#7fd0cf" />
    </svg>
  );
}

/** The logo of the firm, or ours where there is none, or where it was taken away since. The name stands beside it, so it needs no words. */
export function HouseMark({ logo }: { logo: string | null }) {
  const [broken, setBroken] = useState<string | null>(null);
  return logo === null || logo === broken ? <Mark /> : <img className={css.logo} src={logo} alt="" onError={() => setBroken(logo)} />;
}
