import { z } from 'zod';

export const brandColour = z.string().toLowerCase().regex(/^#[0-9a-f]{6}$/, 'a colour such as #0d5b5b').describe('sRGB, six hexadecimal digits.');

const shade = z.string();
const shades = z.object({ ink: shade, soft: shade, paper: shade, card: shade, line: shade, link: shade, button: shade, onButton: shade, brandSoft: shade, bad: shade, badSoft: shade, focus: shade });
export type Shades = z.infer<typeof shades>;

export const shadesOfColour = z.object({
  light: shades,
  dark: shades,
  contrasts: z.array(z.object({ what: z.string(), light: z.number(), dark: z.number(), least: z.number().describe('4.5 for text, 3 for what only has to be seen (WCAG 2.2, 1.4.3 and 1.4.11).') })),
});
export type ShadesOfColour = z.infer<typeof shadesOfColour>;

export const branding = shadesOfColour.extend({
  organisation: z.string().describe('From the setting `BAILIWICK_ORGANISATION`.'),
  colour: brandColour.nullable().describe('Null: the colours of the product.'),
  logo: z.object({ path: z.string(), type: z.enum(['image/svg+xml', 'image/png']), bytes: z.int() }).nullable(),
  changedAt: z.iso.datetime().nullable(),
  changedByName: z.string().nullable(),
  own: shadesOfColour.describe('The colours of the product.'),
});
export type Branding = z.infer<typeof branding>;

export const setBranding = z.strictObject({ colour: brandColour.nullable() });
