/** A trailer of a message, with its value on one line. */
interface Trailer {
  readonly key: string;
  readonly value: string;
}

/**
 * The trailers at the end of a message, as `%(trailers:only,unfold)` gives them where nothing is configured. Git takes as long
 * as the square of the lines that go on a value; here each character is looked at a few times.
 * @param message subject and all
 * @param maxTrailers how many are returned
 * @see https://git-scm.com/docs/git-interpret-trailers
 */
export function parseTrailers(message: string, maxTrailers: number): readonly Trailer[] {
  const lines = linesOf(message.slice(0, endOfTrailers(message)));
  const trailers: { key: string; value: string[] }[] = [];
  let open: string[] | undefined;
  for (const line of lines.slice(startOfTrailers(lines))) {
    if (open !== undefined && isSpace(line[0])) {
      open.push(line);
      continue;
    }
    const separator = separatorOf(line);
    open = undefined;
    if (separator < 1) continue;
    if (trailers.length === maxTrailers) break;
    open = [line.slice(separator + 1)];
    trailers.push({ key: trim(line.slice(0, separator)), value: open });
  }
  return trailers.map(({ key, value }) => ({ key, value: unfold(value.join('')) }));
}

/**
 * A message from its subject on, and its body: what follows the first paragraph. Blank lines around that are left out, as
 * `%s` and `%b` do.
 */
export function splitMessage(message: string): { readonly whole: string; readonly body: string } {
  const lines = linesOf(message);
  const skip = (from: number, isSkipped: (line: string) => boolean) => {
    let index = from;
    while (index < lines.length && isSkipped(lines[index] ?? '')) index++;
    return index;
  };
  const subject = skip(0, isBlank);
  const body = skip(
    skip(subject, (line) => !isBlank(line)),
    isBlank,
  );
  return { whole: lines.slice(subject).join(''), body: lines.slice(body).join('') };
}

/** Lines with the newline that ends each. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

const scissors = '# ------------------------ >8 ------------------------\n';

/** Where comments and lists of conflicts begin that nothing else follows, or what a scissors line cuts off. */
function endOfTrailers(message: string): number {
  const cut = message.startsWith(scissors) ? 0 : message.indexOf(`\n${scissors}`) + 1;
  const end = cut === 0 && !message.startsWith(scissors) ? message.length : cut;
  // As git does, which takes a run that begins the message for none.
  let start = 0;
  let isConflicts = false;
  let offset = 0;
  for (const line of linesOf(message.slice(0, end))) {
    const begins = line === 'Conflicts:\n';
    if (line[0] === '#' || line[0] === '\n' || begins) {
      if (start === 0) start = offset;
      isConflicts ||= begins;
    } else if (!(isConflicts && line[0] === '\t') && start !== 0) {
      start = 0;
      isConflicts = false;
    }
    offset += line.length;
  }
  return start === 0 ? end : start;
}

/** Lines of which one makes trailers of a paragraph a quarter of which are some. */
const ofGit = ['Signed-off-by: ', '(cherry picked from commit '];

/** The number of the line after the last blank one before trailers; that of lines where there are none. */
function startOfTrailers(lines: readonly string[]): number {
  const title = lines.findIndex((line) => line[0] !== '#' && isBlank(line));
  const endOfTitle = title === -1 ? lines.length : title;
  let [trailers, others, continued] = [0, 0, 0];
  let isOfGit = false;
  let isEmpty = true;
  for (let index = lines.length - 1; index >= endOfTitle; index--) {
    const line = lines[index] ?? '';
    if (line[0] === '#') {
      others += continued;
      continued = 0;
    } else if (isBlank(line)) {
      if (isEmpty) continue;
      others += continued;
      const isBlock = isOfGit ? trailers * 3 >= others : trailers > 0 && others === 0;
      return isBlock ? index + 1 : lines.length;
    } else {
      isEmpty = false;
      if (ofGit.some((prefix) => line.startsWith(prefix))) {
        isOfGit = true;
        trailers++;
        continued = 0;
      } else if (isSpace(line[0])) {
        continued++;
      } else if (separatorOf(line) >= 1) {
        trailers++;
        continued = 0;
      } else {
        others += 1 + continued;
        continued = 0;
      }
    }
  }
  return lines.length;
}

/** Where the colon stands that ends a key of letters, digits and hyphens; -1 where there is none. */
function separatorOf(line: string): number {
  const [key] = /^[A-Za-z0-9-]*[ \t]*(?=:)/.exec(line) ?? [];
  return key === undefined || /^[ \t]/.test(key) ? -1 : key.length;
}

/** What C calls so, as far as git goes. */
function isSpace(character: string | undefined): boolean {
  return character !== undefined && /[ \t\n\r]/.test(character);
}

function isBlank(line: string): boolean {
  return /^[ \t\r]*\n?$/.test(line);
}

function trim(text: string): string {
  return text.replace(/^[ \t\n\r]+/, '').replace(/(?<![ \t\n\r])[ \t\n\r]+$/, '');
}

/** One line of several, each joined by one space. */
function unfold(value: string): string {
  return trim(trim(value).replaceAll(/\n[ \t\n\r]*/g, ' '));
}
