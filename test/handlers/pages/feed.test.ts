import test from 'ava';
import { execa } from 'execa';
import { XMLParser } from 'fast-xml-parser';
import { SyntaxValidator } from 'fast-xml-validator';
import { z } from 'zod';
import { findProgram } from '../../../adapters/git/check-git.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';
import { hostileBytes, hostileEntries } from '../../kit/hostile.ts';
import { contract, serve as serveHapi } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git?a=1&b=2';

const text = z.union([z.string(), z.object({ '#text': z.string() })]);
const entry = z.looseObject({
  id: z.string(),
  title: text,
  updated: z.iso.datetime(),
  author: z.object({ name: z.string() }),
});
const document = z.object({
  feed: z.looseObject({
    id: z.string(),
    title: text,
    updated: z.iso.datetime(),
    entry: z.array(entry),
  }),
});

/** What XML 1.0 allows: the validator does not look. */
const allowed = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

contract(
  'a feed has the newest fifty commits, and is the same until the tip is another',
  async (t, serve) => {
    const { add, ask, git } = await serve(t);
    const evil = '<b>\u0000\u001b[31m\ufffe & ]]> \ud800 😀';
    git.remotes.set(url, {
      commits: fakeCommits(60, (number) =>
        number === 60
          ? { message: evil, author: evil }
          : number === 59
            ? { message: '', author: '', authoredAt: null, date: null, committedAt: null }
            : {},
      ),
    });
    await add('red', url);
    const answer = await ask('/feed/red.atom');
    t.is(answer.status, 200);
    t.is(answer.headers['content-type'], 'application/atom+xml; charset=utf-8');
    t.true(SyntaxValidator.validate(answer.text));
    t.regex(answer.text, allowed);
    const parser = new XMLParser({ isArray: (name) => name === 'entry', parseTagValue: false });
    const { feed } = document.parse(parser.parse(answer.text));
    t.is(feed.entry.length, 50);
    t.is(feed.entry[0]?.id, `urn:git:${fakeSha(60)}`);
    t.is(feed.updated, '2023-11-14T22:16:00Z');
    t.is(new Set(feed.entry.map(({ id }) => id)).size, 50);
    t.regex(
      answer.text,
      /<title type="text">&lt;b&gt;\ufffd\ufffd\[31m\ufffd &amp; \]\]&gt; \ufffd 😀<\/title>/,
    );
    t.like(feed.entry[1], { author: { name: 'unknown' } });
    const { etag = '' } = answer.headers;
    t.is((await ask('/feed/red.atom', { headers: { 'if-none-match': etag } })).status, 304);
    t.regex(
      (await ask('/list/red')).text,
      /<link rel="alternate" type="application\/atom\+xml" title="red" href="\/feed\/red\.atom">/,
    );
    t.is((await ask('/feed/none.atom')).status, 404);
    t.is((await ask('/feed/red')).status, 404);
    t.is((await ask('/feed/-.atom')).status, 400);
  },
);

contract('the feed of an empty project has no entries', async (t, serve) => {
  const { add, ask, git } = await serve(t);
  git.remotes.set(url, { commits: [] });
  await add('red', url);
  const { status, text: feed } = await ask('/feed/red.atom');
  t.is(status, 200);
  t.true(SyntaxValidator.validate(feed));
  t.notRegex(feed, /<entry>/);
});

test('whatever a commit says, xmllint finds nothing wrong with the feed', async (t) => {
  const path = process.env['PATH'] ?? '';
  if (findProgram('xmllint', path) === undefined) {
    t.log('left out: xmllint, which is not on this machine');
    t.pass();
    return;
  }
  const corpus = await hostileEntries();
  const texts = corpus
    .filter(({ kind }) => kind === 'commit')
    .map((hostile) => hostileBytes(hostile, {}).toString().slice(0, 1000));
  // Every code unit that XML could refuse, alone as a half of a pair too.
  const units = Array.from({ length: 0x1_00_00 }, (_, unit) => unit).filter(
    (unit) => unit < 0xa0 || unit % 0x101 === 0 || unit >= 0xfdd0,
  );
  const odd = [...units.map((unit) => String.fromCharCode(unit)), ...texts];
  const each = Math.ceil(odd.length / 50);
  const { add, ask, git } = await serveHapi(t);
  const said = (number: number) => odd.slice((number - 1) * each, number * each).join(' ');
  git.remotes.set(url, {
    commits: fakeCommits(50, (number) => ({ message: said(number), author: said(number) })),
  });
  await add('red', url);
  const feed = await ask('/feed/red.atom');
  t.is(feed.status, 200);
  const { exitCode, stderr } = await execa('xmllint', ['--noout', '-'], {
    input: feed.text,
    reject: false,
  });
  t.is(exitCode, 0, stderr.slice(0, 500));
});
