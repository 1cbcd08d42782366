export type Language = 'en' | 'de' | 'fr' | 'es';

/** The sentences of one room. A language that lacks one, or has one too many, does not compile. `{name}` is filled in by `say`. */
export const inEveryLanguage = <Name extends string>(room: Readonly<Record<Language, Readonly<Record<Name, string>>>>): typeof room => room;

/** The same for what has its English elsewhere. */
export const beyondEnglish = <Name extends string>(room: Readonly<Record<Exclude<Language, 'en'>, Readonly<Record<Name, string>>>>): typeof room => room;
