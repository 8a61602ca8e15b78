import nunjucks from 'nunjucks';
import { progressWords } from './browser/progress-words.ts';
import { relativeTime } from './browser/relative-time.ts';
import { viewsDirectory } from './directory.ts';
import { sparkline } from './sparkline.ts';

const thousands = new Intl.NumberFormat('en');

/** What XML 1.0 forbids, even escaped: https://www.w3.org/TR/xml/#charsets */
const notXml = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/**
 * A template engine as vision wants one. Whatever a template prints is escaped, and printing what is not there is
 * an error rather than an empty spot.
 */
export function createTemplateEngine(): {
  compile(source: string): (context: object) => string;
} {
  const loader = new nunjucks.FileSystemLoader(viewsDirectory);
  const environment = new nunjucks.Environment(loader, {
    autoescape: true,
    throwOnUndefined: true,
    trimBlocks: true,
    lstripBlocks: true,
  });
  environment.addFilter('thousands', (value: number) => thousands.format(value));
  environment.addFilter('datetime', (seconds: number) => isoTime(seconds));
  environment.addFilter('xml', (text: string) => text.replaceAll(notXml, '\uFFFD'));
  environment.addFilter('relative', relativeTime);
  environment.addFilter('progress', progressWords);
  environment.addFilter('sparkline', sparkline);
  environment.addFilter('minutes', (seconds: number) =>
    isoTime(seconds).slice(0, 16).replace('T', ' '),
  );
  return {
    compile(source) {
      const template = new nunjucks.Template(source, environment, undefined, true);
      return (context) => template.render(context);
    },
  };
}

/** Times that were written last: a page of many projects has the same ones again and again. */
const written = new Map<number, string>();
const most = 10_000;

/** `2026-11-24T07:22:33Z` from epoch seconds. */
function isoTime(seconds: number): string {
  const known = written.get(seconds);
  if (known !== undefined) return known;
  const text = `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
  if (written.size >= most) written.clear();
  written.set(seconds, text);
  return text;
}
