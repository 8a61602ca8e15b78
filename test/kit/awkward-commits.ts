import type { CommitFields } from './git-objects.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
/** 日本語 */
const shiftJis = Buffer.from('93fa967b8cea', 'hex');
const allControls = String.fromCharCode(
  ...Array.from({ length: 31 }, (_, index) => index + 1).filter((code) => code !== 10),
  ...Array.from({ length: 33 }, (_, index) => index + 0x7f),
);

/** Messages that are easy to cut, split, quote or show wrongly. */
export const awkwardMessages: Readonly<Record<string, CommitFields>> = {
  'a subject with separators': { message: 'one : two - three, four : 1 - 2\n' },
  'a subject with quotes': {
    message: `"double" 'single' \`back\` \\ \\n $HOME %s %x00 &amp; <b>\n`,
  },
  'a subject with tabs': { message: '\tone\ttwo \t three\t\n' },
  'a subject with control characters': { message: `before ${allControls} after\n` },
  'a subject with a right-to-left override': {
    message: 'user \u202egnp.exe\u202c \u2066x\u2069\n',
  },
  'a subject with emoji': { message: '😀 👩‍👩‍👧‍👦 🇳🇴 é e\u0301 \u{10ffff}\n' },
  'a subject of several lines': { message: 'one\n  two  \nthree\n\nbody\n' },
  'a subject without a line break': { message: 'no line break' },
  'a message with carriage returns': { message: 'one\r\ntwo\r\n\r\nbody\r\n' },
  'a message with a NUL': { message: 'before\0after\n' },
  'only a body': { message: '\n\n  \nThe body\nof two lines\n' },
  'an empty message': { message: '' },
  'blank lines alone': { message: '\n \n\t\n' },
  'a subject of 10 MB': { message: 'ten megabytes '.repeat(750_000) },
  'a subject of 1,001 emoji': { message: '🚀'.repeat(1001) },
  'broken UTF-8': { message: Buffer.from('c328a0a1e28aa1f0908cbceda080fffec0af0a', 'hex') },
  'undeclared Latin-1': {
    author: latin1('José <jose@example.com>'),
    message: latin1('Déjà vu\n'),
  },
  'declared ISO-8859-1': {
    author: latin1('José <jose@example.com>'),
    headers: ['encoding ISO-8859-1'],
    message: latin1('Déjà vu \x85\xa0\xff\n'),
  },
  'declared Shift-JIS': {
    author: Buffer.concat([shiftJis, Buffer.from(' <nihongo@example.com>')]),
    headers: ['encoding Shift-JIS'],
    message: Buffer.concat([shiftJis, Buffer.from('0a', 'hex')]),
  },
  'an encoding that does not exist': {
    headers: ['encoding klingon'],
    message: latin1('Déjà vu\n'),
  },
  'an encoding that is a lie': { headers: ['encoding UTF-16'], message: 'plain text\n' },
  'a signature': {
    headers: [
      'gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQEzBAABCAAdFiEE\n =abcd\n -----END PGP SIGNATURE-----',
    ],
    message: 'Signed\n',
  },
  'a header nobody knows': { headers: ['x-unknown one\n two'], message: 'Unknown header\n' },
};

/** Authors as other programs than git have written them. */
export const awkwardAuthors: Readonly<Record<string, CommitFields>> = {
  'no name': { author: '<nameless@example.com>' },
  'no name and no address': { author: '<>' },
  'no name after a blank': { author: ' <nameless@example.com>' },
  'a name without address': { author: 'Ada Example' },
  'nothing for an author': { author: '' },
  'a name with <': { author: 'Ada < Example <ada@example.com>' },
  'a name with >': { author: 'Ada > Example <ada@example.com>' },
  'a name with < and >': { author: 'Ada <Ex> ample <ada@example.com>' },
  'an address with >': { author: 'Ada Example <ada>@example.com>' },
  'an address left open': { author: 'Ada Example <ada@example.com' },
  'a name with a comma': { author: 'Example, Ada "the first" <ada@example.com>' },
  'a name with control characters': { author: `Ada ${allControls} <ada@example.com>` },
  'a name of 201 emoji': { author: `${'👩'.repeat(201)} <ada@example.com>` },
  'blanks around a name': { author: ' \t Ada  Example \t <ada@example.com>' },
  'another committer': { committer: 'GitHub <noreply@example.com>' },
};

/** Dates that are odd, or none. */
export const awkwardDates: Readonly<Record<string, CommitFields>> = {
  'the zone +0530': { date: '1700000001 +0530' },
  'the zone -0930': { date: '1700000002 -0930' },
  'the zone +1400': { date: '1700000003 +1400' },
  'the zone -0000': { date: '1700000004 -0000' },
  'the zone +9999': { date: '1700000005 +9999' },
  'the zone +051': { date: '1700000006 +051' },
  'no zone': { date: '1700000007' },
  'no date': { date: '' },
  'no author date': { date: '', committed: '1700000008 +0000' },
  'a date in words': { date: 'Thu Nov 24 08:22:33 2026 +0100' },
  'a date with a fraction': { date: '1700000009.5 +0000' },
  'a date with leading zeros': { date: '0001700000010 +0100' },
  'a negative date': { date: '-100 +0000' },
  'the second 0': { date: '0 +0000' },
  'a day before 1970 elsewhere': { date: '100 +0930' },
  'a year past 2038': { date: '4102444800 +0100' },
  'a year past 2514': { date: '17179869185 +0000' },
  'a year far past 2514': { date: '34359738369 +0000' },
  'the last second of 9999': { date: '253402300799 +0000' },
  'the second after 9999': { date: '253402300800 +0000' },
  'a date of 13 digits': { date: '1700000000000 +0000' },
  'a date of 20 digits': { date: '99999999999999999999 +0000' },
  'a date of 19 digits': { date: '9223372036854775807 +0000' },
  'author and committer far apart': { date: '1000000000 +0200', committed: '1700000011 -0700' },
};

const by = (role: string, name: string) =>
  `${role} ${name} <${name}@example.com> 1700000012 +0000\n`;

/** What follows the parents in objects that git serves although no git would write them. */
export const awkwardObjects: Readonly<Record<string, string>> = {
  'no author line': `${by('committer', 'ada')}\nNo author line\n`,
  'no committer line': `${by('author', 'ada')}\nNo committer line\n`,
  'no author and no committer line': '\nNeither\n',
  'two author lines': `${by('author', 'ada')}${by('author', 'eve')}${by('committer', 'ada')}\nTwo\n`,
  'the committer before the author': `${by('committer', 'ada')}${by('author', 'eve')}\nTurned\n`,
  'a NUL in the headers': `${by('author', 'a\0da')}${by('committer', 'ada')}\nNUL\n`,
  'no blank line before the message': `${by('author', 'ada')}${by('committer', 'ada')}Run on\n`,
  'headers alone': `${by('author', 'ada')}${by('committer', 'ada')}`,
};
