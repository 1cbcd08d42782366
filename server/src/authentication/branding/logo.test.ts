import { crc32, deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { judgeLogo, mostLogoBytes } from './logo.ts';

const svg = (inside: string, attributes = 'viewBox="0 0 24 24"'): Buffer => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${inside}</svg>`);
const taken = (bytes: Buffer): string => {
  const outcome = judgeLogo(bytes);
  return outcome.is === 'accepted' ? outcome.bytes.toString() : `refused: ${outcome.why}`;
};

it('plain shapes and gradients are written anew and keep how they look', () => {
  expect(taken(svg('<g transform="translate(1 2) scale(.5)"><path d="M0 0h24v24z" fill="#0d5b5b" fill-rule="evenodd"/></g>'))).toBe(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24"><g transform="translate(1 2) scale(.5)"><path d="M0 0h24v24z" fill="#0d5b5b" fill-rule="evenodd"/></g></svg>',
  );
  expect(taken(svg('<defs><linearGradient id="a"><stop offset="0%" stop-color="red"/></linearGradient></defs><rect width="9" height="9" fill="url(#a)"/>'))).toContain('fill="url(#a)"');
});

it('what a drawing program writes around it is left out', () => {
  const drawn = Buffer.from(`<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with a program -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" width="100px" height="40px" inkscape:version="1.3" version="1.1" id="svg5">
  <title>Acme</title><metadata><rdf:RDF><rdf:li>secret author</rdf:li></rdf:RDF></metadata>
  <inkscape:namedview id="x" showgrid="true"/>
  <path inkscape:label="A" style="fill:#123456;stroke:none;stroke-width:0.26px;-inkscape-font-specification:'Sans'" d="M 0,0 H 10 Z"/>
</svg>`);
  expect(taken(drawn)).toBe('<svg xmlns="http://www.w3.org/2000/svg" id="svg5" viewBox="0 0 100 40" width="100" height="40"><path fill="#123456" stroke="none" stroke-width="0.26px" d="M 0,0 H 10 Z"/></svg>');
});

it.each([
  ['a script', '<script>alert(1)</script>'],
  ['a script in another namespace', '<svg:script xmlns:svg="http://www.w3.org/2000/svg">alert(1)</svg:script><rect onload="alert(1)"/>'],
  ['an event handler', '<rect width="1" height="1" onload="alert(1)"/>'],
  ['an event handler on the drawing', '<rect ONCLICK="alert(1)"/>'],
  ['a page in the picture', '<foreignObject><iframe src="https://evil.example"/></foreignObject>'],
  ['a link', '<a href="javascript:alert(1)"><rect width="1" height="1"/></a>'],
  ['a picture from elsewhere', '<image href="https://evil.example/pixel.png"/>'],
  ['a picture from elsewhere, the old way', '<image xlink:href="https://evil.example/pixel.png"/>'],
  ['a shape from elsewhere', '<use href="https://evil.example/x.svg#a"/>'],
  ['a style sheet', '<style>@import url(https://evil.example)</style>'],
  ['an address in a fill', '<rect fill="url(https://evil.example/#a)"/>'],
  ['an address in a style', '<rect style="fill:url(https://evil.example/#a)"/>'],
  ['an address in a style that is escaped', '<rect style="fill:url(&#104;ttps://evil.example)"/>'],
  ['a filter', '<rect style="filter:url(#x)"/>'],
  ['an animation that changes an address', '<rect><animate attributeName="href" values="javascript:alert(1)"/></rect>'],
  ['a set', '<set attributeName="onmouseover" to="alert(1)"/>'],
  ['CDATA', '<![CDATA[<script>alert(1)</script>]]>'],
  ['an instruction', '<?xml-stylesheet href="https://evil.example"?>'],
  ['another drawing inside', '<svg onload="alert(1)"/>'],
  ['an entity of its own', '<rect fill="&evil;"/>'],
  ['a gradient that is not there', '<rect fill="url(#nothing)"/>'],
  ['an end that is not one', '<g></rect>'],
  ['a quote that closes too early', '<rect fill="red" "><script>alert(1)</script>"/>'],
])('%s is refused, in words', (_what, inside) => {
  expect(taken(svg(inside))).toMatch(/^refused: \S/);
});

it('entities that grow, files that are read (XXE), and hidden encodings are refused', () => {
  expect(taken(Buffer.from('<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg viewBox="0 0 1 1"><rect fill="&b;"/></svg>'))).toMatch(/entities/);
  expect(taken(Buffer.from('<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg viewBox="0 0 1 1"/>'))).toMatch(/entities/);
  expect(taken(Buffer.from('<svg viewBox="0 0 1 1"><rect/></svg>', 'utf16le'))).toMatch(/neither|UTF-8/);
  expect(taken(Buffer.concat([svg('<rect/>'), Buffer.from([0xff, 0xfe])]))).toMatch(/UTF-8/);
});

it('a drawing without a frame, without end, too deep or too long is refused', () => {
  expect(taken(svg('<rect/>', ''))).toMatch(/viewBox/);
  expect(taken(svg('<rect/>', 'viewBox="0 0 0 5"'))).toMatch(/viewBox/);
  expect(taken(svg('<rect/>', 'viewBox="0 0 900 5"'))).toMatch(/too long/);
  expect(taken(Buffer.from('<svg viewBox="0 0 1 1"><g>'))).toMatch(/whole/);
  expect(taken(svg('<g>'.repeat(200) + '</g>'.repeat(200)))).toMatch(/nested/);
  expect(taken(svg('<g/>'.repeat(3_100)))).toMatch(/parts/);
  expect(taken(Buffer.alloc(mostLogoBytes + 1, 'a'))).toMatch(/64 KB/);
});

it('no value, however long, keeps the server busy', () => {
  const long = '1'.repeat(60_000);
  for (const inside of [`<polygon points="${long}x"/>`, `<rect width="${long}x"/>`, `<path d="${long}x"/>`, `<g transform="scale(${long}x)"/>`, `<g transform="${'scale(1)'.repeat(7_000)}x"/>`, `<rect fill="${'a'.repeat(60_000)}"/>`, `<rect ${' '.repeat(60_000)}!`, `<rect ${'a'.repeat(60_000)}!`, `<rect fill="&${long}"/>`]) {
    expect(taken(svg(inside))).toMatch(/^refused/);
  }
}, 5_000);

it('what comes out goes in again unchanged: there is nothing left to take away', () => {
  const once = taken(svg('<circle cx="5" cy="5" r="4" style="fill:rgb(1, 2, 3);opacity:.5"/><polygon points="0,0 1,1 2,0"/>'));
  expect(taken(Buffer.from(once))).toBe(once);
});

const part = (type: string, content: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
};
const head = (width: number, height: number): Buffer => {
  const bytes = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  return part('IHDR', bytes);
};
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const rows = (height: number): Buffer => Buffer.alloc(height * (1 + 16 * 3), 7);
const png = (...more: Buffer[]): Buffer => Buffer.concat([signature, head(16, 16), ...more, part('IDAT', deflateSync(rows(16))), part('IEND', Buffer.alloc(0))]);

it('a PNG keeps its pixels and loses its notes and whatever hangs behind it', () => {
  const outcome = judgeLogo(Buffer.concat([png(part('tEXt', Buffer.from('Author\0somebody')), part('eXIf', Buffer.from('51.5 N'))), Buffer.from('<script>alert(1)</script>')]));
  expect(outcome).toMatchObject({ is: 'accepted', type: 'image/png' });
  const text = outcome.is === 'accepted' ? outcome.bytes.toString('latin1') : '';
  expect(text).not.toMatch(/somebody|51\.5|script/);
  expect(judgeLogo(Buffer.from(text, 'latin1'))).toEqual(outcome);
});

it('a PNG that is cut off, damaged, or larger inside than it says is refused', () => {
  expect(judgeLogo(png().subarray(0, 60)).is).toBe('refused');
  const damaged = png();
  damaged[45]! ^= 1;
  expect(judgeLogo(damaged)).toMatchObject({ is: 'refused' });
  expect(judgeLogo(Buffer.concat([signature, head(16, 16), part('IDAT', deflateSync(Buffer.alloc(50_000_000))), part('IEND', Buffer.alloc(0))]))).toMatchObject({ is: 'refused', why: 'its pixels cannot be unpacked' });
  expect(judgeLogo(Buffer.concat([signature, head(16, 16), part('IDAT', deflateSync(rows(3))), part('IEND', Buffer.alloc(0))]))).toMatchObject({ is: 'refused', why: 'it has fewer pixels than it says' });
  expect(judgeLogo(Buffer.concat([signature, head(60_000, 60_000), part('IDAT', deflateSync(rows(16))), part('IEND', Buffer.alloc(0))])).is).toBe('refused');
});

it.each([['an HTML page', '<html><svg viewBox="0 0 1 1"/></html>'], ['a GIF', 'GIF89a'], ['nothing', '']])('%s is no logo', (_what, text) => {
  expect(judgeLogo(Buffer.from(text)).is).toBe('refused');
});
