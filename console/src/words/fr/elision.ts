/** `de Maria`, `d’Ana`. */
export const de = (name: string): string => (/^[aàâäáãåeéèêëiîïíoôöóõuùûüúœæ]/iu.test(name) ? `d’${name}` : `de ${name}`);
