import { expect, it } from 'vitest';
import { openBlockList } from './block-list.ts';
import { judgePassword } from './password.ts';

const blockList = openBlockList();
const judge = (password: string, isSecondFactorForced = true) => judgePassword(password, { isSecondFactorForced, words: ['Adventure Works', 'Maria Gonzalez', 'maria.gonzalez@adventure-works.com'], blockList }).is;

// ASVS 6.2.5
it('accepts a passphrase of any characters, and asks for no mixture of kinds', () => {
  expect(judge('correct tortoise lamp verb')).toBe('accepted');
  expect(judge('пароль-слон-река-лампа')).toBe('accepted');
  expect(judge('vexing quilt')).toBe('accepted');
});

// ASVS 6.2.1
it('wants eight characters with a second factor and fifteen without', () => {
  expect(judge('q7#vLp2')).toBe('too_short');
  expect(judge('q7#vLp2x')).toBe('accepted');
  expect(judge('q7#vLp2x', false)).toBe('too_short');
});

// ASVS 6.2.8, 6.2.9
it('counts code points and takes up to 256 of them, never cutting any off', () => {
  expect(judge('🐢🐢🐢🐢🔑🌲🦉🎈')).toBe('accepted');
  expect(judge(Array.from({ length: 256 }, (_, index) => String.fromCodePoint(0x4e00 + ((index * 37) % 200))).join(''))).toBe('accepted');
  expect(judge('x7'.repeat(129))).toBe('too_long');
});

it('the same characters typed on another keyboard are the same password', () => {
  const outcomes = ['caf\u00e9 lantern oak', 'cafe\u0301 lantern oak'].map((text) => judgePassword(text, { isSecondFactorForced: true, words: [], blockList }));
  expect(outcomes[0]).toEqual(outcomes[1]);
});

// ASVS 6.2.4, 6.2.12
it.each(['password1', 'Password1', 'iloveyou2', 'qwertyuiop', '12345678', 'trustno1', 'passwordpassword', 'aaaaaaaaaaaaaaaa', 'abcdefghijklmnop', '9876543210'])('refuses %s, which attackers try first', (password) => {
  expect(judge(password)).toBe('common');
});

// ASVS 6.2.11
it.each(['AdventureWorks2026', 'maria.gonzalez', 'Gonzalez!1987', 'adventure-works.com1'])('refuses %s, which is little more than a name of the person or the company', (password) => {
  expect(judge(password)).toBe('expected');
});

it('a name inside a longer phrase does no harm', () => {
  expect(judge('maria counts purple ferries')).toBe('accepted');
});

it('is wrong about few passwords that nobody has listed', () => {
  const wrong = Array.from({ length: 3_000 }, (_, index) => `unlisted-${index * 7_919}-words`).filter((word) => blockList.has(word)).length;
  expect(wrong).toBeLessThan(15);
});

it('knows the words of the company as keyboards without umlauts write them', () => {
  const words = ['Linden & Söhne', 'Bjørn Ångström'];
  expect(['linden soehne linden', 'söhne.2026', 'sohne sohne 1', 'bjoern 20261', 'angstrom99'].map((text) => judgePassword(text, { isSecondFactorForced: true, words, blockList }).is)).toEqual(Array(5).fill('expected'));
  expect(judgePassword('soehne and four lamps', { isSecondFactorForced: true, words, blockList }).is).toBe('accepted');
});
