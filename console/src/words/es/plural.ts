const format = new Intl.NumberFormat('es');

/** `12.040`: a point between thousands, none in numbers of four digits. */
export const number = (n: number): string => format.format(n);
/** `1 persona`, `1204 personas`. */
export const count = (n: number, one: string, other: string): string => `${format.format(n)} ${n === 1 ? one : other}`;
/** The same with the number marked as what matters: `**3** personas`. */
export const strongCount = (n: number, one: string, other: string): string => `**${format.format(n)}** ${n === 1 ? one : other}`;
