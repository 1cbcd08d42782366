import { readdirSync, readFileSync } from 'node:fs';

/** What processes cost, from /proc (Linux). */

const ticksPerSecond = 100;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** Seconds of processor time of this process, its threads, and its children that have ended. */
  readonly cpu: number;
}

function statOf(pid: number): Stat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The name may hold spaces and brackets; what follows the last bracket is numbers (proc_pid_stat(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
  return { pid, parent: fields[1]!, cpu: (fields[11]! + fields[12]! + fields[13]! + fields[14]!) / ticksPerSecond };
}

const everyProcess = (): readonly Stat[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => statOf(Number(name))).filter((stat) => stat !== null);

/** `root` and everything under it, but not what is under `apart`. */
export function treeOf(root: number, apart: readonly number[] = []): readonly Stat[] {
  const all = everyProcess();
  const found: Stat[] = [];
  const visit = (pid: number): void => {
    if (apart.includes(pid)) return;
    const self = all.find((stat) => stat.pid === pid);
    if (self) found.push(self);
    for (const stat of all) if (stat.parent === pid) visit(stat.pid);
  };
  visit(root);
  return found;
}

export const cpuSecondsOf = (root: number, apart: readonly number[] = []): number => treeOf(root, apart).reduce((sum, stat) => sum + stat.cpu, 0);

export interface Memory {
  /** Megabytes that would be free again if the whole tree ended: pages shared by several are counted once. */
  readonly pssMb: number;
  readonly rssMb: number;
}

export function memoryOf(root: number, apart: readonly number[] = []): Memory {
  let [pss, rss] = [0, 0];
  for (const { pid } of treeOf(root, apart)) {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
      pss += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
      rss += Number(/^Rss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
    } catch {
      // It ended between the two looks.
    }
  }
  return { pssMb: pss / 1_024, rssMb: rss / 1_024 };
}

/** Busy processor seconds of the whole machine since it started. */
export function machineCpuSeconds(): number {
  const [user, nice, system, , , irq, softIrq] = readFileSync('/proc/stat', 'latin1').split('\n')[0]!.trim().split(/\s+/).slice(1).map(Number);
  return (user! + nice! + system! + irq! + softIrq!) / ticksPerSecond;
}
