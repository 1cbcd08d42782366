/**
 * A drawing is taken apart and written anew out of what is listed here; nothing of the upload is ever passed on as it came. A
 * drawing that would look otherwise without what is not listed is refused by name; what nobody sees (editors' notes, titles,
 * ids that nothing points to) is left out. No script, no style sheet, no link, no foreign content, no address: an SVG is a
 * document, and this one is shown to everybody who signs in.
 */
export type Rebuilt = { readonly is: 'accepted'; readonly text: string } | { readonly is: 'refused'; readonly why: string };

interface Element {
  readonly name: string;
  readonly attributes: readonly (readonly [string, string])[];
  readonly children: Element[];
}

// Letters that cannot mean anything else, not the whole grammar: a value that is no number draws nothing, and a grammar of
// repeated numbers would let one long value keep us busy for years.
const length = { test: (text: string): boolean => text.length <= 40 && /^[-+]?[\d.]+(?:[eE][-+]?\d{1,3})?(?:px|pt|mm|cm|in|%)?$/.test(text) };
const numbers = /^[\d\s.,eE+-]+$/;
const path = /^[\sMmLlHhVvCcSsQqTtAaZz0-9eE.,+-]+$/;
const transform = /^(?:(?:matrix|translate|scale|rotate|skewX|skewY)\s?\([\d\s.,eE+-]+\)[\s,]*)+$/;
const name = /^[A-Za-z_][\w.-]{0,60}$/;
const colour = /^(?:#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})|[a-zA-Z]{3,24}|rgba?\([\d\s,.%/]{5,40}\)|hsla?\([\d\s,.%/deg]{5,40}\))$/;
/** A colour, or a gradient of this drawing. */
const paint = { test: (text: string): boolean => colour.test(text) || pointed(text) !== null };
const word = /^[a-zA-Z-]{2,24}$/;

const pointed = (text: string): string | null => /^url\(\s*['"]?#([A-Za-z_][\w.-]{0,60})['"]?\s*\)$/.exec(text)?.[1] ?? null;

/** What a shape may carry, and how its value must look. Also taken out of `style="..."`, since drawing programs write it there. */
const shared: Readonly<Record<string, { test(text: string): boolean }>> = {
  fill: paint, stroke: paint, color: colour, 'stop-color': colour,
  opacity: length, 'fill-opacity': length, 'stroke-opacity': length, 'stop-opacity': length,
  'stroke-width': length, 'stroke-miterlimit': length, 'stroke-dasharray': { test: (text: string) => text === 'none' || numbers.test(text) }, 'stroke-dashoffset': length,
  'stroke-linecap': word, 'stroke-linejoin': word, 'fill-rule': word, 'clip-rule': word, display: word, visibility: word, 'paint-order': /^[a-z\s]{4,30}$/,
  transform, id: name,
};
const own: Readonly<Record<string, Readonly<Record<string, { test(text: string): boolean }>>>> = {
  svg: { viewBox: numbers, width: length, height: length },
  g: {},
  path: { d: path, pathLength: length },
  rect: { x: length, y: length, width: length, height: length, rx: length, ry: length },
  circle: { cx: length, cy: length, r: length },
  ellipse: { cx: length, cy: length, rx: length, ry: length },
  line: { x1: length, y1: length, x2: length, y2: length },
  polyline: { points: numbers },
  polygon: { points: numbers },
  defs: {},
  linearGradient: { x1: length, y1: length, x2: length, y2: length, gradientUnits: word, gradientTransform: transform, spreadMethod: word },
  radialGradient: { cx: length, cy: length, r: length, fx: length, fy: length, fr: length, gradientUnits: word, gradientTransform: transform, spreadMethod: word },
  stop: { offset: length },
};

/** Says nothing to the eye. */
const unseen: ReadonlySet<string> = new Set(['title', 'desc', 'metadata']);
const isUnseenAttribute = (attribute: string): boolean => attribute === 'xmlns' || attribute === 'version' || attribute === 'class' || attribute === 'baseProfile' || attribute === 'role' || attribute === 'enable-background' || attribute === 'overflow' || attribute === 'preserveAspectRatio' || /^(?:xmlns:|data-|aria-|font-|text-|letter-|word-)/.test(attribute) || (attribute.includes(':') && !attribute.startsWith('xlink:'));
/** Defaults that drawing programs write out, in `style`; without them the drawing is the same. */
const isUnseenProperty = (property: string): boolean => /^(?:-|font|text-|line-height|letter-|word-|white-space|shape-|inline-size|writing-mode|direction|baseline-shift|dominant-baseline|overflow|marker|mix-blend-mode|isolation|color-interpolation|color-rendering|image-rendering|solid-|vector-effect|enable-background|stop$)/.test(property);

const most = { elements: 3_000, depth: 30 } as const;

class Refused extends Error {}
const refuse = (why: string): never => {
  throw new Refused(why);
};

export function rebuildSvg(bytes: Uint8Array): Rebuilt {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { is: 'accepted', text: write(parse(text)) };
  } catch (error) {
    if (error instanceof Refused) return { is: 'refused', why: error.message };
    if (error instanceof TypeError) return { is: 'refused', why: 'it is not UTF-8' };
    throw error;
  }
}

/** XML without document types, entities of one's own, CDATA and instructions: what is left cannot grow, point outside or hide anything. */
function parse(text: string): Element {
  let at = 0;
  let count = 0;
  const rest = text.replace(/^\uFEFF?\s*(?:<\?xml\s[^<>?]*\?>)?\s*/, '');
  const open: Element[] = [];
  let root: Element | null = null;
  const starts = (with_: string): boolean => rest.startsWith(with_, at);
  const after = (end: string, what: string): number => {
    const found = rest.indexOf(end, at);
    return found === -1 ? refuse(`a ${what} does not end`) : found + end.length;
  };
  while (at < rest.length) {
    if (starts('<!--')) at = after('-->', 'comment');
    else if (starts('<!DOCTYPE') && root === null) {
      const end = after('>', 'document type');
      // Entities of one's own could grow without end, or read files (XXE).
      if (rest.slice(at, end).includes('[')) refuse('it declares entities; save it as plain SVG');
      at = end;
    } else if (starts('<!') || starts('<?')) refuse('it holds CDATA or instructions; save it as plain SVG');
    else if (starts('</')) {
      const closing = /^<\/([\w:.-]+)\s*>/.exec(rest.slice(at, at + 200));
      if (!closing || open.pop()?.name !== closing[1]) refuse('its elements are not nested as in XML');
      at += closing![0].length;
    } else if (starts('<')) {
      const tag = /^<([A-Za-z_][\w.-]*(?::[\w.-]+)?)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/.exec(rest.slice(at));
      if (!tag) return refuse('it is not written as XML');
      const [whole, tagName = '', attributes = '', isEmpty] = tag;
      if ((count += 1) > most.elements) refuse(`it has more than ${most.elements} parts; use a simpler drawing`);
      if (open.length >= most.depth) refuse('it is nested too deeply; use a simpler drawing');
      const element: Element = { name: tagName, attributes: attributesOf(attributes), children: [] };
      const parent = open.at(-1);
      if (parent) parent.children.push(element);
      else if (root === null) root = element;
      else refuse('it holds more than one drawing');
      if (!isEmpty) open.push(element);
      at += whole.length;
    } else {
      const next = rest.indexOf('<', at);
      const end = next === -1 ? rest.length : next;
      if (open.length === 0 && rest.slice(at, end).trim() !== '') refuse('it is not written as XML');
      at = end;
    }
  }
  if (root === null || open.length > 0) return refuse('it is not a whole SVG');
  return root;
}

function attributesOf(text: string): [string, string][] {
  const found = [...text.matchAll(/([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g)].map((one): [string, string] => [one[1]!, plain(one[2] ?? one[3] ?? '')]);
  if (new Set(found.map(([attribute]) => attribute)).size !== found.length) refuse('an attribute is written twice');
  return found;
}

const known: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const plain = (value: string): string =>
  value.replace(/&(#\d{1,7}|#x[0-9a-fA-F]{1,6}|\w+)?;?/g, (whole, entity: string | undefined) => {
    if (!entity || !whole.endsWith(';')) return refuse('it is not written as XML');
    if (!entity.startsWith('#')) return known[entity] ?? refuse(`it uses the entity \`${entity}\`; save it as plain SVG`);
    const point = entity[1] === 'x' ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
    return point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff) ? String.fromCodePoint(point) : refuse('it is not written as XML');
  });

function write(root: Element): string {
  if (root.name !== 'svg') refuse('it is not an SVG');
  const ids = new Set<string>();
  const asked = new Set<string>();
  const text = writeElement(root, true, ids, asked);
  for (const id of asked) if (!ids.has(id)) refuse(`it points to \`${id}\`, which is not there`);
  return text;
}

const escaped = (value: string): string => value.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

function writeElement(element: Element, isRoot: boolean, ids: Set<string>, asked: Set<string>): string {
  const allowed = own[element.name];
  if (!allowed || (element.name === 'svg') !== isRoot) {
    if (unseen.has(element.name) || element.name.includes(':')) return '';
    return refuse(`it holds \`<${element.name}>\`; only plain shapes and gradients are taken, so turn text into paths and leave out pictures and style sheets`);
  }
  const attributes = new Map<string, string>();
  const take = (attribute: string, value: string): void => {
    const rule = allowed[attribute] ?? shared[attribute];
    if (!rule?.test(value)) return void refuse(`\`${attribute}\` of \`<${element.name}>\` is not of a plain shape; save it as plain SVG`);
    if (attribute === 'id') ids.add(value);
    const points = pointed(value);
    if (points !== null) asked.add(points);
    attributes.set(attribute, points === null ? value : `url(#${points})`);
  };
  for (const [attribute, value] of element.attributes) {
    if (isUnseenAttribute(attribute)) continue;
    if (attribute === 'style') {
      for (const declaration of value.split(';').map((one) => one.trim()).filter(Boolean)) {
        const [property = '', ...given] = declaration.split(':');
        const key = property.trim().toLowerCase();
        if (key in shared && key !== 'id' && key !== 'transform') take(key, given.join(':').trim());
        else if (!isUnseenProperty(key) && !isHarmless(key, given.join(':').trim())) refuse(`its style uses \`${key}\`; save it as plain SVG`);
      }
    } else if (!isHarmless(attribute, value)) take(attribute, value.trim());
  }
  if (isRoot) shapeRoot(attributes);
  const inside = element.children.map((child) => writeElement(child, false, ids, asked)).join('');
  const written = [...attributes].map(([attribute, value]) => ` ${attribute}="${escaped(value)}"`).join('');
  return inside === '' ? `<${element.name}${written}/>` : `<${element.name}${written}>${inside}</${element.name}>`;
}

/** `filter:none`, `clip-path:none`: named and not used. */
const isHarmless = (property: string, value: string): boolean => /^(?:filter|mask|clip-path|clip|marker-(?:start|mid|end))$/.test(property) && /^(?:none|auto)$/.test(value);

/** A drawing without a frame of its own cannot be scaled; one that is a thousand times as wide as high is no logo. */
function shapeRoot(attributes: Map<string, string>): void {
  const side = (attribute: string): number | null => {
    const value = attributes.get(attribute);
    return value !== undefined && /^[\d.]+(?:px)?$/.test(value) ? Number.parseFloat(value) : null;
  };
  const [width, height] = [side('width'), side('height')];
  const frame = attributes.get('viewBox')?.trim().split(/[\s,]+/).map(Number) ?? (width !== null && height !== null ? [0, 0, width, height] : []);
  const [, , frameWidth = 0, frameHeight = 0] = frame;
  if (frame.length !== 4 || !(frameWidth > 0) || !(frameHeight > 0)) refuse('it has neither a `viewBox` nor a width and a height');
  if (frameWidth / frameHeight > 12 || frameHeight / frameWidth > 4) refuse('it is too long for its height; crop it');
  for (const one of ['width', 'height', 'x', 'y']) attributes.delete(one);
  attributes.set('viewBox', frame.join(' '));
  attributes.set('width', String(Math.round(frameWidth * 100) / 100));
  attributes.set('height', String(Math.round(frameHeight * 100) / 100));
  const rest = [...attributes];
  attributes.clear();
  attributes.set('xmlns', 'http://www.w3.org/2000/svg');
  for (const [attribute, value] of rest) attributes.set(attribute, value);
}
