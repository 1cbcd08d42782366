// Which test or which code keeps each requirement of ASVS V6 and V7, found by markers that stand beside them.
//
//     (ASVS 6.5.1)                        in a test title, a comment, a comment of the database, or a document
//     ASVS 6.6.1 does not apply: reason   in a comment beside the code that makes it so
//     ASVS 6.5.5 otherwise: reason        where something else is done than the letter says, and why that is as good
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { headings, knownIds, requirements } from './asvs-requirements.mjs';

/** Makes a document; its markers speak for that. */
const controls = 'tools/sign-in-controls.mjs';

const roots = ['contract/src', 'server/src', 'server/testing', 'server/simulation', 'console/src', 'e2e', 'docs', 'tools'];
// What a catalogue cites in English its translations cite too, and keep nothing by that.
const isTranslation = (file) => /^console\/src\/words\/(?!en\/)[a-z]{2}\//.test(file);
const isRead = (file) => /\.(?:ts|tsx|mjs|js|sql|css|md)$/.test(file) && !isTranslation(file) && !file.startsWith('docs/reference/') && !/^tools\/asvs[-.\w]*$/.test(file);

/** Every file in which a marker counts; paths from the root of the repository, with `/`. */
export function readSources(root) {
  const files = [];
  const walk = (folder) => {
    for (const name of readdirSync(path.join(root, folder)).sort()) {
      const file = `${folder}/${name}`;
      if (name === 'node_modules' || name === 'dist') continue;
      if (statSync(path.join(root, file)).isDirectory()) walk(file);
      else if (isRead(file)) files.push({ file, text: readFileSync(path.join(root, file), 'utf8') });
    }
  };
  for (const folder of roots) if (existsSync(path.join(root, folder))) walk(folder);
  return files;
}

const id = String.raw`\d+\.\d+\.\d+(?!\.?\d)`;
const citation = new RegExp(String.raw`ASVS (${id}(?:, ${id})*)(?: (does not apply|otherwise): *(.*))?`, 'g');
/** The name of the standard itself, `ASVS 5.0.0`, is no requirement. */
const isVersion = (one) => one === '5.0.0';

/** All markers of one file: `{ id, file, kind: 'test' | 'code' | 'document', name, says: 'kept' | 'does not apply' | 'otherwise', reason }`. */
export function markersOf({ file, text }) {
  const lines = text.split('\n');
  return lines.flatMap((line, index) =>
    [...line.matchAll(citation)].flatMap(([, ids, says = 'kept', reason]) =>
      ids.split(', ').filter((one) => !isVersion(one)).map((one) => ({ id: one, file, ...placeOf(file, lines, index), says, reason: reason === undefined ? null : reason.replace(/\s*(?:\*\/|-->)\s*$/, '').trim() })),
    ),
  );
}

// Of `it('title'`, or of `it.each([…])('title'`; nothing in it can be read in two ways, so that long lines cost no more than their length.
const testTitle = /(?:\b(?:it|test|describe)(?:\.[a-zA-Z]+)*|\))\(\s*(['"`])((?:\\.|(?!\1|\\).)*)\1/;
const declaration = /^\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function\*?|const|let|class|interface|type)\s+([A-Za-z_$][\w$]*)/;
const member = /^\s*(?:readonly\s+|async\s+)?['"`]?([A-Za-z_$][\w$-]*)['"`]?\??\s*[(:<]/;
const keywords = new Set(['if', 'for', 'while', 'switch', 'return', 'await', 'throw', 'expect', 'const', 'else', 'catch', 'case', 'default']);
const isComment = (line) => /^\s*(?:\/\/|\/?\*|--)/.test(line);
const indentOf = (line) => line.length - line.trimStart().length;

/** What a marker stands beside: the test, the declaration, the table, or the heading. */
function placeOf(file, lines, index) {
  if (file.endsWith('.md')) {
    const heading = lines.slice(0, index + 1).findLast((line) => /^#+ /.test(line));
    return { kind: 'document', name: heading ? heading.replace(/^#+ /, '') : null };
  }
  if (file.endsWith('.sql')) {
    const near = [lines[index], ...lines.slice(index + 1, index + 4)].map((line) => /^\s*(?:comment on|create(?: or replace)?(?: unique)?) (table|view|column|index) ([\w.]+)/.exec(line)).find(Boolean);
    return { kind: 'code', name: near ? `${near[1]} ${near[2]}` : null };
  }
  if (file === controls) {
    const heading = lines.slice(index).find((line) => /^\s*'#+ /.test(line));
    return { kind: 'document', file: 'docs/reference/sign-in-controls.md', name: heading ? heading.trim().replace(/^'#+ |',$/g, '') : null };
  }
  const isTest = /\.(?:test|spec)\.tsx?$/.test(file);
  const nameOf = (line, isDirect) => {
    const title = isTest ? testTitle.exec(line)?.[2] : undefined;
    if (title !== undefined) return { kind: 'test', name: title.replaceAll(/\\(.)/g, '$1').replace(/ \(ASVS [\d., ]+\)$/, '') };
    const found = declaration.exec(line)?.[1] ?? (isDirect ? member.exec(line)?.[1] : undefined);
    return found === undefined || keywords.has(found) ? null : { kind: isTest ? 'test' : 'code', name: found };
  };
  const own = isComment(lines[index]) ? null : nameOf(lines[index], true);
  if (own) return own;
  if (isComment(lines[index])) {
    const next = lines.findIndex((line, at) => at > index && !isComment(line));
    const below = next === -1 ? null : nameOf(lines[next], true);
    if (below) return below;
  }
  for (let at = index - 1, indent = indentOf(lines[index]); at >= 0 && indent > 0; at -= 1) {
    if (lines[at].trim() === '' || indentOf(lines[at]) >= indent) continue;
    const around = nameOf(lines[at], false);
    if (around) return around;
    indent = indentOf(lines[at]);
  }
  return { kind: isTest ? 'test' : 'code', name: null };
}

/** The page, and what is wrong with the markers: `{ parts, faults }`. */
export function asvsPage(sources, list = requirements) {
  const markers = sources.flatMap(markersOf);
  const faults = markers.filter((one) => !knownIds.has(one.id)).map((one) => `${one.file}: ASVS 5.0.0 has no requirement ${one.id}`);
  const rows = list.map(([requirement, level, about]) => {
    const here = markers.filter((one) => one.id === requirement);
    const kept = unique(here.filter((one) => one.says === 'kept'));
    const otherwise = unique(here.filter((one) => one.says === 'otherwise'));
    const notHere = unique(here.filter((one) => one.says === 'does not apply'));
    // A document keeps a requirement only where it is a document that is asked for.
    const isHeld = kept.some((one) => one.kind !== 'document' || /^\d+\.1\./.test(requirement));
    if (!isHeld && otherwise.length + notHere.length === 0) faults.push(`${requirement} (${about}) has neither a test nor code that keeps it, nor a reason why it does not apply`);
    if (kept.length + otherwise.length > 0 && notHere.length > 0) faults.push(`${requirement} (${about}) is kept by ${[...kept, ...otherwise][0].file} and does not apply by ${notHere[0].file}; it is one or the other`);
    for (const one of [...otherwise, ...notHere]) if (one.reason === '') faults.push(`${one.file}: ASVS ${requirement} ${one.says}, and no reason is given`);
    const answer = otherwise.length > 0 ? 'otherwise' : notHere.length > 0 && kept.length === 0 ? 'not here' : !isHeld ? 'open' : kept.some((one) => one.kind === 'test') ? 'test' : 'code';
    return { requirement, level, about, markers: [...kept, ...otherwise, ...notHere], answer };
  });
  const count = (answer) => rows.filter((row) => row.answer === answer).length;
  return {
    faults,
    parts: [
      '# ASVS 5.0.0, V6 and V7',
      'Made by `npm run docs` out of the markers beside tests and code; do not edit. The words are ours; the requirements themselves are [published by OWASP](https://github.com/OWASP/ASVS/tree/v5.0.0) (CC BY-SA 4.0).',
      `Of ${rows.length} requirements ${count('test')} are held by tests, ${count('code')} by code or documents alone, ${count('otherwise')} otherwise than the letter says, with the reason, and ${count('not here')} do not apply.${count('open') > 0 ? ` **${count('open')} are open.**` : ''}`,
      ...Object.entries(headings).flatMap(([section, heading]) => {
        const of = rows.filter((row) => row.requirement.startsWith(`${section}.`));
        return of.length === 0 ? [] : [`## V${section} ${heading}`, ['| | level | what it is about | kept by |', '|---|---|---|---|', ...of.map((row) => `| ${row.requirement} | ${row.level} | ${cell(row.about)} | ${answerOf(row)} |`)].join('\n')];
      }),
    ],
  };
}

const order = { test: 0, code: 1, document: 2 };
function unique(markers) {
  const seen = new Map(markers.map((one) => [`${one.file} ${one.name} ${one.reason}`, one]));
  return [...seen.values()].sort((a, b) => order[a.kind] - order[b.kind] || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
}

const cell = (text) => text.replaceAll('|', '\\|');
const link = (one, text) => `[${cell(text)}](../../${one.file})`;

const saying = (one) => (one.says === 'kept' ? { test: 'test', code: 'code', document: 'document' }[one.kind] : one.says);
const placeName = (one) => (one.kind === 'code' || one.says !== 'kept' ? (one.name === null || one.kind !== 'code' ? one.file.split('/').at(-1) : `\`${one.name}\` in ${one.file.split('/').at(-1)}`) : (one.name ?? one.file));

const answerOf = ({ markers, answer }) =>
  [
    ...(answer === 'open' ? ['**open**'] : []),
    ...markers.map((one) => (one.says === 'kept' ? `${saying(one)}: ${link(one, placeName(one))}` : `${saying(one)}: ${cell(one.reason)} (${link(one, placeName(one))})`)),
  ].join('<br>');
