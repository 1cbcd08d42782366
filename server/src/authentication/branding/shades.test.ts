import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { contrastOf, hexOf, oklchOf, type Hex } from './colour.ts';
import { contrastsOf, lookOf, ownLook, stylesheetOf } from './shades.ts';

const anyColour = fc.integer({ min: 0, max: 0xffffff }).map((value): Hex => `#${value.toString(16).padStart(6, '0')}`);
const tooFaint = (look: Parameters<typeof contrastsOf>[0]) => contrastsOf(look).filter((one) => one.light < one.least || one.dark < one.least);

it('contrast is what WCAG says it is', () => {
  expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrastOf('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(contrastOf('#123456', '#123456')).toBe(1);
});

it('a colour goes to Oklch and back unchanged', () => {
  fc.assert(fc.property(anyColour, (colour) => void expect(hexOf(oklchOf(colour))).toBe(colour)), { numRuns: 2_000 });
});

it('whatever colour a firm has, everything on the pages can be read, in light and dark', () => {
  fc.assert(fc.property(anyColour, (colour) => void expect(tooFaint(lookOf(colour)), colour).toEqual([])), { numRuns: 2_500 });
});

it.each(['#000000', '#ffffff', '#ffff00', '#0000ff', '#00ff00', '#ff0000', '#808080', '#777777', '#000001', '#fffffe'] as const)('also at the edges: %s', (colour) => {
  expect(tooFaint(lookOf(colour))).toEqual([]);
});

it('a brand that can be read is used as it is, and a yellow one keeps its button', () => {
  expect(lookOf('#0d5b5b').light).toMatchObject({ link: '#0d5b5b', button: '#0d5b5b', onButton: '#ffffff' });
  const { light } = lookOf('#ffd400');
  expect(light).toMatchObject({ button: '#ffd400', onButton: '#000000' });
  expect(light.link).not.toBe('#ffd400');
  // Darker, and still yellow.
  expect(Math.abs(oklchOf(light.link).h - oklchOf('#ffd400').h)).toBeLessThan(0.1);
});

it('the house\'s own colours hold the same rules, and are those of the stylesheet', () => {
  expect(tooFaint(ownLook)).toEqual([]);
  const css = readFileSync(new URL('../pages/sign-in.css', import.meta.url), 'utf8');
  const full = (text: string) => text.replace(/#([0-9a-f])([0-9a-f])([0-9a-f])(?![0-9a-f])/g, '#$1$1$2$2$3$3');
  const [light = '', dark = ''] = [...full(css).matchAll(/:root\{(?:color-scheme:light dark;)?([^}]*)\}/g)].map((found) => found[1]!);
  const [ownLight = '', ownDark = ''] = [...stylesheetOf(ownLook).matchAll(/:root\{([^}]*)\}/g)].map((found) => found[1]!);
  expect([light.split(';').sort(), dark.split(';').sort()]).toEqual([ownLight.split(';').sort(), ownDark.split(';').sort()]);
});

it('the stylesheet holds colours and nothing else', () => {
  fc.assert(fc.property(anyColour, (colour) => void expect(stylesheetOf(lookOf(colour)).replace(/--[a-z-]+:#[0-9a-f]{6};?/g, '')).toBe(':root{}\n@media (prefers-color-scheme:dark){:root{}}\n')), { numRuns: 200 });
});
