import { LRUCache } from 'lru-cache';
import nunjucks from 'nunjucks';
import { printable } from '../domain/index.ts';
import { byteWords } from './browser/byte-words.ts';
import { progressWords } from './browser/progress-words.ts';
import { relativeTime } from './browser/relative-time.ts';
import { viewsDirectory } from './directory.ts';
import { durationWords } from './quantities.ts';
import { sparkline } from './sparkline.ts';
import { weekChart } from './week-chart.ts';

const thousands = new Intl.NumberFormat('en');
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' });
const month = new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' });

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
  environment.addFilter('bytes', byteWords);
  environment.addFilter('duration', durationWords);
  environment.addFilter('datetime', (seconds: number) => isoTime(seconds));
  environment.addFilter('xml', (text: string) => text.replaceAll(notXml, '\uFFFD'));
  environment.addFilter('relative', relativeTime);
  environment.addFilter('progress', progressWords);
  environment.addFilter('sparkline', sparkline);
  environment.addFilter('minutes', (seconds: number) =>
    isoTime(seconds).slice(0, 16).replace('T', ' '),
  );
  environment.addFilter('date', (seconds: number) => isoTime(seconds).slice(0, 10));
  environment.addFilter('day', (seconds: number) => day.format(seconds * 1000));
  environment.addFilter('month', (seconds: number) => monthOrYear(seconds));
  environment.addFilter('percent', (part: number, whole: number) =>
    ((100 * part) / Math.max(1, whole)).toFixed(1),
  );
  // Of what no request can ask for there is no link.
  environment.addFilter('printable', (text: string) => printable.test(text));
  // Half a surrogate pair cannot be encoded.
  environment.addFilter('query', (text: string) => encodeURIComponent(text.toWellFormed()));
  // A browser's calendar cannot show another time than a day.
  environment.addFilter('timeInput', (value: string) =>
    /^(?:\d{4}-\d\d-\d\d)?$/.test(value) ? 'date' : 'text',
  );
  environment.addFilter('weekChart', weekChart);
  return {
    compile(source) {
      const template = new nunjucks.Template(source, environment, undefined, true);
      return (context) => template.render(context);
    },
  };
}

/** `Nov`, and of a January the year that begins. */
function monthOrYear(seconds: number): string {
  const name = month.format(seconds * 1000);
  return name === 'Jan' ? isoTime(seconds).slice(0, 4) : name;
}

/** A page of many projects has the same times again and again. */
const isoTimes = new LRUCache<number, string>({
  max: 10_000,
  memoMethod: (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`,
});

/** `2026-11-24T07:22:33Z` from epoch seconds. */
function isoTime(seconds: number): string {
  return isoTimes.memo(seconds);
}
