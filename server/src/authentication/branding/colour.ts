/** `#0d5b5b`: sRGB, as browsers take it. */
export type Hex = `#${string}`;

export const isHex = (text: string): text is Hex => /^#[0-9a-f]{6}$/.test(text);

/** Lightness 0 to 1, chroma from 0 (grey), hue in radians: equal steps look equal, so a shade keeps its character (Oklab, B. Ottosson 2020). */
export interface Oklch {
  readonly l: number;
  readonly c: number;
  readonly h: number;
}

type Triple = readonly [number, number, number];

const toLinear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const toSrgb = (value: number): number => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);

function linearOf(hex: Hex): Triple {
  const value = Number.parseInt(hex.slice(1), 16);
  return [toLinear((value >> 16) / 255), toLinear(((value >> 8) & 255) / 255), toLinear((value & 255) / 255)];
}

export function oklchOf(hex: Hex): Oklch {
  const [r, g, b] = linearOf(hex);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const B = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return { l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, c: Math.hypot(a, B), h: Math.atan2(B, a) };
}

function linearFrom({ l, c, h }: Oklch): Triple {
  const [a, b] = [c * Math.cos(h), c * Math.sin(h)];
  const L = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const M = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const S = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [4.0767416621 * L - 3.3077115913 * M + 0.2309699292 * S, -1.2684380046 * L + 2.6097574011 * M - 0.3413193965 * S, -0.0041960863 * L - 0.7034186147 * M + 1.707614701 * S];
}

const isShowable = (linear: Triple): boolean => linear.every((value) => value >= -0.0001 && value <= 1.0001);

/** The nearest colour a screen can show: the lightness stays, since contrast hangs on it; the chroma gives way. */
export function hexOf(wanted: Oklch): Hex {
  let [least, most] = [0, wanted.c];
  if (isShowable(linearFrom(wanted))) least = most;
  for (let step = 0; step < 16 && most - least > 0.0002; step += 1) {
    const middle = (least + most) / 2;
    if (isShowable(linearFrom({ ...wanted, c: middle }))) least = middle;
    else most = middle;
  }
  const byte = (value: number): string => Math.round(toSrgb(Math.min(1, Math.max(0, value))) * 255).toString(16).padStart(2, '0');
  return `#${linearFrom({ ...wanted, c: least }).map(byte).join('')}`;
}

function luminanceOf(hex: Hex): number {
  const [r, g, b] = linearOf(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** 1 to 21 (WCAG 2.2, 1.4.3). */
export function contrastOf(one: Hex, other: Hex): number {
  const [a, b] = [luminanceOf(one), luminanceOf(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
