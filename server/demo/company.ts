/** A company that never was: about 60 people, a year of joiners, movers and leavers. Everything follows from the seed. */
export interface Worker {
  readonly number: string;
  readonly given: string;
  readonly family: string;
  readonly title: string;
  readonly department: string;
  readonly location: string;
  readonly type: 'Employee' | 'Contractor';
  readonly manager: string;
  readonly start: string;
  readonly end: string;
}

export const domain = 'linden.example';

const given = ['Ana', 'Ivan', 'Maria', 'Jonas', 'Priya', 'Tomás', 'Chloé', 'Emre', 'Lena', 'Mateo', 'Yuki', 'Nora', 'Pavel', 'Sofia', 'Omar', 'Greta', 'Luca', 'Amara', 'Felix', 'Ines', 'Kofi', 'Elif', 'Hugo', 'Mila', 'Oskar', 'Rosa', 'Daniel', 'Zoë', 'Marek', 'Fatima', 'Simon', 'Alva', 'Bruno', 'Carmen', 'Dmitri', 'Esther', 'Finn', 'Gabriela', 'Henrik', 'Isla'];
const family = ['Silva', 'Petrov', 'Garcia', 'Lindqvist', 'Raman', 'Novák', 'Dubois', 'Yılmaz', 'Fischer', 'Rossi', 'Tanaka', 'Berg', 'Sokolov', 'Costa', 'Haddad', 'Weber', 'Moretti', 'Okafor', 'Schmidt', 'Pereira', 'Mensah', 'Demir', 'Laurent', 'Jovanović', 'Nilsson', 'Vega', 'Kim', "O'Brien", 'Kowalski', 'El-Amin', 'Keller', 'Lund', 'Almeida', 'Ruiz', 'Volkov', 'Stein', 'Larsen', 'Santos', 'Dahl', 'Murray'];

const departments: readonly { readonly name: string; readonly head: string; readonly titles: readonly string[]; readonly size: number }[] = [
  { name: 'Engineering', head: 'Head of Engineering', titles: ['Software Engineer', 'Senior Engineer', 'Site Reliability Engineer', 'Test Engineer'], size: 17 },
  { name: 'Sales', head: 'Head of Sales', titles: ['Account Executive', 'Sales Engineer', 'Sales Assistant'], size: 11 },
  { name: 'Finance', head: 'Finance Director', titles: ['Accountant', 'Payroll Specialist', 'Controller'], size: 6 },
  { name: 'Support', head: 'Head of Support', titles: ['Support Engineer', 'Support Agent'], size: 9 },
  { name: 'People', head: 'Head of People', titles: ['HR Partner', 'Recruiter'], size: 4 },
  { name: 'Operations', head: 'Head of Operations', titles: ['Office Coordinator', 'Logistics Planner', 'Facilities Technician'], size: 8 },
];
const locations = ['Lisbon', 'Berlin', 'Remote'];

/** A small generator of our own (mulberry32): the demo must look the same for everybody who runs it. */
export function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const day = (date: Date): string => date.toISOString().slice(0, 10);
const monthsBefore = (now: Date, months: number, dayOfMonth: number): Date => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, dayOfMonth, 8));

export interface Month {
  /** When HR sends the file. */
  readonly at: Date;
  readonly workers: readonly Worker[];
  readonly joiners: readonly string[];
  readonly movers: readonly string[];
  readonly leavers: readonly string[];
}

/** Twelve monthly HR files up to `now`; each lists everybody who works there, with the leavers' last days in the file that tells of them. */
export function aYear(now: Date, seed = 7): readonly Month[] {
  const roll = dice(seed);
  let next = 0;
  const make = (title: string, department: string, manager: string, start: string, type: Worker['type'] = 'Employee', end = ''): Worker => {
    const index = next;
    next += 1;
    return { number: `L${String(index + 1).padStart(3, '0')}`, given: given[index % given.length]!, family: family[(index * 7 + Math.floor(index / given.length)) % family.length]!, title, department, location: locations[roll(locations.length)]!, type, manager, start, end };
  };

  const people: Worker[] = [make('Chief Executive', 'Management', '', '2019-03-01')];
  const chief = people[0]!.number;
  const heads = new Map<string, string>();
  for (const department of departments) {
    const head = make(department.head, department.name, chief, `20${19 + roll(4)}-0${1 + roll(9)}-01`);
    heads.set(department.name, head.number);
    people.push(head);
  }
  for (const department of departments) {
    for (let index = 1; index < department.size; index += 1) {
      people.push(make(department.titles[roll(department.titles.length)]!, department.name, heads.get(department.name)!, `20${20 + roll(5)}-${String(1 + roll(12)).padStart(2, '0')}-${String(1 + roll(28)).padStart(2, '0')}`));
    }
  }

  const months: Month[] = [];
  for (let back = 12; back >= 1; back -= 1) {
    const at = monthsBefore(now, back, 5);
    const joiners: string[] = [];
    const movers: string[] = [];
    const leavers: string[] = [];
    if (back < 12) {
      for (let count = roll(3); count > 0; count -= 1) {
        const department = departments[roll(departments.length)]!;
        const isContractor = roll(4) === 0;
        const joiner = make(department.titles[roll(department.titles.length)]!, department.name, heads.get(department.name)!, day(monthsBefore(now, back, 4)), isContractor ? 'Contractor' : 'Employee', isContractor ? day(monthsBefore(now, back - 8 - roll(6), 28)) : '');
        people.push(joiner);
        joiners.push(joiner.number);
      }
      const canChange = () => people.filter((person) => person.end === '' && person.manager !== '' && person.manager !== chief && !joiners.includes(person.number));
      if (roll(2) === 0) {
        const one = canChange()[roll(canChange().length)]!;
        const to = departments.filter((department) => department.name !== one.department)[roll(departments.length - 1)]!;
        people[people.indexOf(one)] = { ...one, department: to.name, title: to.titles[roll(to.titles.length)]!, manager: heads.get(to.name)! };
        movers.push(one.number);
      }
      for (let count = roll(3) === 0 ? 2 : roll(2); count > 0; count -= 1) {
        const one = canChange().filter((person) => !movers.includes(person.number))[roll(canChange().length - movers.length)]!;
        people[people.indexOf(one)] = { ...one, end: day(monthsBefore(now, back, 4)) };
        leavers.push(one.number);
      }
    }
    months.push({ at, workers: people.map((person) => ({ ...person })), joiners, movers, leavers });
    // A leaver is listed once more with the last day and then no longer.
    for (const number of leavers) people.splice(people.findIndex((person) => person.number === number), 1);
  }
  return months;
}

export const emailOf = (worker: Worker): string =>
  `${worker.given}.${worker.family}`
    .normalize('NFD')
    .replace(/[\u0300-\u036f'’]/g, '')
    .replace(/ı/g, 'i')
    .replace(/ /g, '')
    .toLowerCase() + `@${domain}`;

const header = ['Employee ID', 'First Name', 'Last Name', 'Work Email', 'Job Title', 'Department', 'Location', 'Manager ID', 'Hire Date', 'Termination Date', 'Employment Type'];

export const asCsv = (workers: readonly Worker[]): string =>
  [header, ...workers.map((one) => [one.number, one.given, one.family, emailOf(one), one.title, one.department, one.location, one.manager, one.start, one.end, one.type])].map((row) => row.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')).join('\n') + '\n';
