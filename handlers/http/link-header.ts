interface Link {
  readonly rel: 'first' | 'prev' | 'next';
  readonly target: string;
}

/** Servers and proxies take 8 or 16 KiB of headers in all; in bytes, all of them ASCII. */
const longest = 8000;

/** The most important first: who reads on needs the next page alone. */
const importance = ['next', 'prev', 'first'] as const;

/** The value of a `Link` header, in the order given, without those for which no room is left; empty where there is none. */
export function linkHeader(links: readonly Link[]): string {
  const written = links.map(({ rel, target }) => ({ rel, text: `<${target}>; rel="${rel}"` }));
  let room = longest;
  const fitting = new Set<Link['rel']>();
  for (const rel of importance) {
    const length = written.find((link) => link.rel === rel)?.text.length;
    if (length === undefined || length > room) continue;
    fitting.add(rel);
    room -= length + 2;
  }
  return written
    .filter(({ rel }) => fitting.has(rel))
    .map(({ text }) => text)
    .join(', ');
}
