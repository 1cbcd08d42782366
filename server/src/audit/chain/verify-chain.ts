import { hash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { monotonicMs } from '../../platform/clock/index.ts';
import type { Keys } from '../../platform/crypto/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { genesis, sayProblem, type CheckpointStatement, type Problem, type PruningStatement, type Signed } from './chain.ts';
import { openStatement } from './sign.ts';
import { freeColumns, hashAt, lastPruning, lastSeq, pageRows, pageText, readCheckpoints, readHead } from './store.ts';

export interface Verification {
  readonly isWhole: boolean;
  readonly entries: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly checkpoints: number;
  readonly seconds: number;
  readonly entriesPerSecond: number;
  /** In the order of the chain; the first is where trust ends. At most 50. */
  readonly problems: readonly Problem[];
  readonly sentences: readonly string[];
}

export interface Walking {
  readonly pageSize?: number;
  readonly onProgress?: (done: { readonly entries: number; readonly of: number }) => void;
}

export interface VerifyNeeds {
  readonly database: Database;
  readonly keys: Pick<Keys, 'signingKey'>;
  /** Null where this host keeps none. */
  readonly checkpointFile: string | null;
}

const largePage = 5_000;
/** For a server at work: small enough that whoever asks meanwhile does not wait. */
export const smallPage = 500;
const mostProblems = 50;

/**
 * Walks the whole chain: every hash, every link, every place, every signed checkpoint in the database and in the file beside it,
 * and that the columns people read are still computed from what is hashed. Reads only; pages are fetched while the page before is hashed.
 */
export async function verifyChain(needs: VerifyNeeds, { pageSize = largePage, onProgress = () => undefined }: Walking = {}): Promise<Verification> {
  const { database, keys } = needs;
  const startedAt = monotonicMs();
  const problems: Problem[] = [];
  const found = (problem: Problem): void => void (problems.length < mostProblems && problems.push(problem));

  for (const column of await database.read(freeColumns)) found({ is: 'column_free', column });

  // Where the walk begins: at the first entry, or behind what was exported and pruned, by a signed statement.
  let seq = 0;
  let previous = genesis;
  const pruning = await database.read(lastPruning);
  if (pruning) {
    const content = openStatement<PruningStatement>(keys, pruning, 'pruning');
    if (content) ({ untilSeq: seq, hash: previous } = content);
    else found({ is: 'forged', seq: null, where: 'the statement about pruned entries' });
  }
  const begin = seq;
  // The end that was claimed before the walk began; what is sealed meanwhile is for the next walk.
  const head = await database.read(readHead);
  const last = await database.read(lastSeq);
  const end = Math.min(Math.max(last, begin), Math.max(head.seq, begin));
  if (last < head.seq) found({ is: 'cut', lastSeq: last, knownSeq: head.seq, knownFrom: 'the note about its end' });

  const signed = await signedHashes(needs, found);
  let checkpoints = 0;
  let entries = 0;
  const compare = (at: number, hex: string): void => {
    for (const known of signed.get(at) ?? []) {
      checkpoints += 1;
      if (known.hash !== hex) found({ is: 'rewritten', seq: at, knownFrom: known.from });
    }
  };
  const marks = [...signed.keys()].sort((a, b) => a - b).filter((at) => at > begin);
  let mark = 0;

  const fetchPage = (after: number) => database.read((tx) => pageText(tx, after, Math.min(after + pageSize, end)));
  let ahead = seq < end ? fetchPage(seq) : null;
  while (ahead) {
    const page = await ahead;
    const until = Math.min(seq + pageSize, end);
    ahead = until < end ? fetchPage(until) : null;
    ahead?.catch(() => undefined);

    const isWhole = page.count === until - seq && walk(page.text, page.count, previous, (place, hex) => {
      const at = seq + place;
      if (marks[mark] === at) {
        compare(at, hex);
        mark += 1;
      }
    });
    if (isWhole) {
      previous = page.text.slice(-64);
      entries += page.count;
    } else {
      ({ previous, entries } = await nameWhatIsWrong({ seq, until, previous, entries }));
    }
    seq = until;
    onProgress({ entries, of: end - begin });
  }

  async function nameWhatIsWrong(from: { seq: number; until: number; previous: string; entries: number }): Promise<{ previous: string; entries: number }> {
    let { previous: link, entries: walked } = from;
    let next = from.seq + 1;
    const isMissing = (to: number): void => {
      if (to >= next) found({ is: 'missing', from: next, to });
    };
    for (const row of await database.read((tx) => pageRows(tx, from.seq, from.until))) {
      isMissing(row.seq - 1);
      // After a gap the link cannot be recomputed: the gap is the finding, not the entry behind it.
      if (row.seq === next && hash('sha256', link + row.body) !== row.hash) found({ is: 'changed', seq: row.seq });
      while (mark < marks.length && marks[mark]! < row.seq) mark += 1;
      if (marks[mark] === row.seq && problems.every((problem) => !('seq' in problem) || problem.seq !== row.seq)) {
        compare(row.seq, row.hash);
        mark += 1;
      }
      link = row.hash;
      next = row.seq + 1;
      walked += 1;
    }
    isMissing(from.until);
    return { previous: link, entries: walked };
  }

  // Signed places behind the end: somebody cut the chain there, even if they changed the note about its end as well.
  const beyond = marks.filter((at) => at > end && at > last).at(-1);
  if (beyond !== undefined) found({ is: 'cut', lastSeq: last, knownSeq: beyond, knownFrom: signed.get(beyond)![0]!.from });
  if (problems.length === 0 && end === head.seq && end > begin && (await database.read((tx) => hashAt(tx, end))) !== head.hash && (await database.read(readHead)).seq === head.seq) found({ is: 'head_wrong', seq: head.seq });

  const seconds = (monotonicMs() - startedAt) / 1_000;
  const ordered = problems.toSorted((a, b) => placeOf(a) - placeOf(b));
  return { isWhole: problems.length === 0, entries, firstSeq: begin + 1, lastSeq: end, checkpoints, seconds, entriesPerSecond: Math.round(entries / Math.max(seconds, 0.001)), problems: ordered, sentences: ordered.map(sayProblem) };
}

const number = (value: number): string => value.toLocaleString('en');

/** The result for people, first line first. */
export function sayVerification(one: Verification): string[] {
  const walked = `${number(one.entries)} entries${one.firstSeq > 1 ? ` from entry ${number(one.firstSeq)} on` : ''}, ${number(one.checkpoints)} signed checkpoints, in ${one.seconds.toFixed(1)} s`;
  if (one.isWhole) return [`the audit chain is whole: ${walked}`];
  return [`the audit chain is BROKEN: ${one.sentences[0]}`, ...one.sentences.slice(1).map((sentence) => `  also: ${sentence}`), `walked ${walked}`];
}

const placeOf = (problem: Problem): number => ('seq' in problem && problem.seq !== null ? problem.seq : 'from' in problem ? problem.from : 'knownSeq' in problem ? problem.lastSeq + 1 : 0);

/** True when every hash in the page is that of the one before and its body. */
function walk(text: string, count: number, first: string, seen: (place: number, hex: string) => void): boolean {
  let previousAt = -1;
  let bodyAt = 0;
  for (let place = 1; place <= count; place += 1) {
    const lineEnd = text.indexOf('\n', bodyAt);
    if (lineEnd < 0) return false;
    // The hash before stands right in front of the body: one slice is what was hashed.
    const hashed = previousAt < 0 ? first + text.slice(bodyAt, lineEnd) : text.slice(previousAt, lineEnd);
    const hex = text.slice(lineEnd + 1, lineEnd + 65);
    if (hash('sha256', hashed) !== hex) return false;
    seen(place, hex);
    previousAt = lineEnd + 1;
    bodyAt = lineEnd + 65;
  }
  return bodyAt === text.length;
}

/** Every place that was signed, from the database and from the file beside it. */
async function signedHashes({ database, keys, checkpointFile }: VerifyNeeds, found: (problem: Problem) => void): Promise<Map<number, { hash: string; from: string }[]>> {
  const out = new Map<number, { hash: string; from: string }[]>();
  const add = (signed: Signed, from: string, seq: number | null): void => {
    const content = openStatement<CheckpointStatement>(keys, signed, 'checkpoint');
    if (!content || (seq !== null && content.seq !== seq)) return found({ is: 'forged', seq, where: from });
    const known = out.get(content.seq);
    if (known) known.push({ hash: content.hash, from });
    else out.set(content.seq, [{ hash: content.hash, from }]);
  };
  for (let after = 0; ; ) {
    const page = await database.read((tx) => readCheckpoints(tx, after, 5_000));
    for (const one of page) add(one, 'a checkpoint in the database', one.seq);
    if (page.length < 5_000) break;
    after = page.at(-1)!.seq;
  }
  if (checkpointFile && existsSync(checkpointFile)) {
    for await (const line of createInterface({ input: createReadStream(checkpointFile, 'utf8'), crlfDelay: Infinity })) {
      if (line.trim() === '') continue;
      const signed = readLine(line);
      // A last line that a crash cut short is not a forgery.
      if (signed) add(signed, 'the checkpoint file', null);
    }
  }
  return out;
}

function readLine(line: string): Signed | null {
  try {
    const { statement, signature } = JSON.parse(line) as Partial<Signed>;
    return typeof statement === 'string' && typeof signature === 'string' ? { statement, signature } : null;
  } catch {
    return null;
  }
}
