const all = new Intl.ListFormat('es', { type: 'conjunction' });
const any = new Intl.ListFormat('es', { type: 'disjunction' });

/** `Compras, Ventas e Ingeniería`. */
export const and = (values: readonly string[]): string => all.format(values);
/** `Compras, Ventas u Operaciones`. */
export const or = (values: readonly string[]): string => any.format(values);
