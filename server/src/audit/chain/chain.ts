/** What the chain begins with, as hex: the hash before the first entry. */
export const genesis = '0'.repeat(64);

export interface Head {
  readonly seq: number;
  /** Hex. */
  readonly hash: string;
  readonly sealedAt: Date | null;
  readonly checkpointSeq: number;
  readonly checkpointAt: Date | null;
}

export const everyEntries = 10_000;
export const everyMs = 60_000;

/** A checkpoint after 10,000 entries, and a minute after the one before when there is anything new. */
export const isCheckpointDue = (head: Head, now: Date): boolean =>
  head.seq - head.checkpointSeq >= everyEntries || (head.seq > head.checkpointSeq && (head.checkpointAt === null || now.getTime() - head.checkpointAt.getTime() >= everyMs));

/** Signed texts. `kind` stands in each, so that one can never be passed off as the other. */
export interface CheckpointStatement {
  readonly kind: 'checkpoint';
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
}
export interface PruningStatement {
  readonly kind: 'pruning';
  readonly untilSeq: number;
  readonly hash: string;
  readonly at: string;
  readonly by: string;
  readonly archive: string;
  readonly archiveSha256: string;
}

export interface Signed {
  readonly statement: string;
  /** Base64. */
  readonly signature: string;
}

export type Problem =
  | { readonly is: 'changed'; readonly seq: number }
  | { readonly is: 'missing'; readonly from: number; readonly to: number }
  | { readonly is: 'cut'; readonly lastSeq: number; readonly knownSeq: number; readonly knownFrom: string }
  | { readonly is: 'rewritten'; readonly seq: number; readonly knownFrom: string }
  | { readonly is: 'forged'; readonly seq: number | null; readonly where: string }
  | { readonly is: 'head_wrong'; readonly seq: number }
  | { readonly is: 'column_free'; readonly column: string };

/** For people, each with what it means. */
export function sayProblem(problem: Problem): string {
  switch (problem.is) {
    case 'changed':
      return `entry ${problem.seq} does not fit its hash: it was changed, or put in the place of another`;
    case 'missing':
      return problem.from === problem.to ? `entry ${problem.from} is missing` : `entries ${problem.from} to ${problem.to} are missing`;
    case 'cut':
      return `the end of the chain was cut off: it stops at entry ${problem.lastSeq}, but ${problem.knownFrom} knows entry ${problem.knownSeq}`;
    case 'rewritten':
      return `the chain was written anew: entry ${problem.seq} is not the one that ${problem.knownFrom} signed`;
    case 'forged':
      return `a signature is wrong: ${problem.where}${problem.seq === null ? '' : ` for entry ${problem.seq}`} was not signed by the key in the key file`;
    case 'head_wrong':
      return `the note about the end of the chain does not fit entry ${problem.seq}`;
    case 'column_free':
      return `the column ${problem.column} of audit.entry is no longer computed from the hashed body, so what it shows proves nothing`;
  }
}
