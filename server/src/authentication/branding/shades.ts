import { contrastOf, hexOf, oklchOf, type Hex, type Oklch } from './colour.ts';

/** Every colour of the server-rendered pages; the names of the variables in pages/sign-in.css. */
export interface Shades {
  readonly ink: Hex;
  readonly soft: Hex;
  readonly paper: Hex;
  readonly card: Hex;
  readonly line: Hex;
  /** Links, the plain button's words, borders of buttons. */
  readonly link: Hex;
  readonly button: Hex;
  readonly onButton: Hex;
  readonly brandSoft: Hex;
  readonly bad: Hex;
  readonly badSoft: Hex;
  readonly focus: Hex;
}

export interface Look {
  readonly light: Shades;
  readonly dark: Shades;
}

/** LOOK: contrast of text in light and dark; what is no text but must be seen (WCAG 1.4.11). */
export const leastContrast = { text: 4.5, mark: 3 } as const;

/** What stands on what, and how much it must stand out. */
export const pairs: readonly { readonly what: string; readonly front: keyof Shades; readonly back: keyof Shades; readonly least: number }[] = [
  { what: 'text', front: 'ink', back: 'card', least: leastContrast.text },
  { what: 'text outside the card', front: 'ink', back: 'paper', least: leastContrast.text },
  { what: 'recovery codes', front: 'ink', back: 'brandSoft', least: leastContrast.text },
  { what: 'hints', front: 'soft', back: 'card', least: leastContrast.text },
  { what: 'hints outside the card', front: 'soft', back: 'paper', least: leastContrast.text },
  { what: 'button', front: 'onButton', back: 'button', least: leastContrast.text },
  { what: 'links', front: 'link', back: 'card', least: leastContrast.text },
  { what: 'links outside the card', front: 'link', back: 'paper', least: leastContrast.text },
  { what: 'errors', front: 'bad', back: 'card', least: leastContrast.text },
  { what: 'alarms', front: 'bad', back: 'badSoft', least: leastContrast.text },
  { what: 'focus', front: 'focus', back: 'card', least: leastContrast.mark },
  { what: 'focus outside the card', front: 'focus', back: 'paper', least: leastContrast.mark },
  { what: 'fields', front: 'soft', back: 'card', least: leastContrast.mark },
];

export interface Contrast {
  readonly what: string;
  readonly light: number;
  readonly dark: number;
  readonly least: number;
}

const inHundredths = (ratio: number): number => Math.floor(ratio * 100) / 100;

export const contrastsOf = (look: Look): readonly Contrast[] =>
  pairs.map(({ what, front, back, least }) => ({ what, least, light: inHundredths(contrastOf(look.light[front], look.light[back])), dark: inHundredths(contrastOf(look.dark[front], look.dark[back])) }));

/** The house's own, without a brand: the same as in pages/sign-in.css, which a test watches. */
export const ownLook: Look = {
  light: { ink: '#12302f', soft: '#48615f', paper: '#f3f7f6', card: '#ffffff', line: '#b9cbc9', link: '#0d5b5b', button: '#0d5b5b', onButton: '#ffffff', brandSoft: '#e2efed', bad: '#a3221a', badSoft: '#fdecea', focus: '#0a7d7d' },
  dark: { ink: '#e4efed', soft: '#a6bdba', paper: '#0b1515', card: '#132222', line: '#38504e', link: '#74cfc7', button: '#74cfc7', onButton: '#06201f', brandSoft: '#1b3534', bad: '#ffb3ab', badSoft: '#3b1714', focus: '#9be3dc' },
};

/** The colour itself, or the nearest lighter or darker one of the same hue that stands out enough before all of `backs`. */
function standingOut(colour: Oklch, backs: readonly Hex[], least: number, way: 'darker' | 'lighter'): Hex {
  const end = way === 'darker' ? 0 : 1;
  for (let step = 0; step <= 200; step += 1) {
    const shade = hexOf({ ...colour, l: colour.l + ((end - colour.l) * step) / 200 });
    if (backs.every((back) => contrastOf(shade, back) >= least)) return shade;
  }
  return way === 'darker' ? '#000000' : '#ffffff';
}

/** Of black and white one always has 4.58 at least; white where both would do. */
const onTop = (back: Hex): Hex => (contrastOf('#ffffff', back) >= leastContrast.text ? '#ffffff' : '#000000');

/**
 * All shades out of one brand colour. INVARIANT: every pair above is met, whatever the colour: hue and character are the
 * brand's, the lightness is ours where somebody has to read it.
 */
export function lookOf(colour: Hex): Look {
  const brand = oklchOf(colour);
  const tint = (l: number, most: number): Hex => hexOf({ l, c: Math.min(brand.c, most), h: brand.h });
  const light = { ink: tint(0.28, 0.03), soft: tint(0.46, 0.03), paper: tint(0.974, 0.008), card: '#ffffff', line: tint(0.83, 0.02), brandSoft: tint(0.945, 0.025), bad: ownLook.light.bad, badSoft: ownLook.light.badSoft } as const;
  const dark = { ink: tint(0.94, 0.012), soft: tint(0.77, 0.02), paper: tint(0.18, 0.014), card: tint(0.235, 0.02), line: tint(0.42, 0.022), brandSoft: tint(0.31, 0.035), bad: ownLook.dark.bad, badSoft: ownLook.dark.badSoft } as const;
  // On white the button may be as light as the brand is: its border has the shade of the links. In the dark it must not drown.
  const darkButton = standingOut(brand, [dark.card], leastContrast.mark, 'lighter');
  return {
    light: {
      ...light,
      link: standingOut(brand, [light.card, light.paper, light.brandSoft], leastContrast.text, 'darker'),
      button: colour,
      onButton: onTop(colour),
      focus: standingOut(brand, [light.card, light.paper], leastContrast.mark, 'darker'),
    },
    dark: {
      ...dark,
      link: standingOut(brand, [dark.card, dark.paper, dark.brandSoft], leastContrast.text, 'lighter'),
      button: darkButton,
      onButton: onTop(darkButton),
      focus: standingOut(brand, [dark.card, dark.paper], leastContrast.text, 'lighter'),
    },
  };
}

const names: Readonly<Record<keyof Shades, string>> = { ink: 'ink', soft: 'soft', paper: 'paper', card: 'card', line: 'line', link: 'brand', button: 'button', onButton: 'on-button', brandSoft: 'brand-soft', bad: 'bad', badSoft: 'bad-soft', focus: 'focus' };

const variables = (shades: Shades): string => (Object.keys(names) as (keyof Shades)[]).map((name) => `--${names[name]}:${shades[name]}`).join(';');

/** As a stylesheet of its own, after the house's. INVARIANT: holds nothing but colours that `hexOf` wrote. */
export const stylesheetOf = (look: Look): string => `:root{${variables(look.light)}}\n@media (prefers-color-scheme:dark){:root{${variables(look.dark)}}}\n`;
