/** What git's own trace tells of its talk with a remote, and its exit code does not. */
export interface Conversation {
  /** HTTP status of the last answer, without those of the proxy to CONNECT. */
  readonly status: number | undefined;
  /** Whether any answer came with a content type of git's smart protocol, which no ordinary page has. */
  readonly smart: boolean;
  /** Whether a tunnel to an https remote was opened, or tried. */
  readonly tunnelled: boolean;
  /** Whether a request was sent to the last remote: over https that takes a secure connection. */
  readonly asked: boolean;
  /** The object the remote's HEAD names, if it named any. */
  readonly head: string | undefined;
  /** The branch the remote's HEAD names, without `refs/heads/`. */
  readonly headBranch: string | undefined;
  readonly objectFormat: 'sha1' | 'sha256';
  /** Whether the remote can leave objects out. */
  readonly filters: boolean;
  /** Whether the remote answered in a way that was not asked for: see {@link readTrace}. */
  readonly unasked: boolean;
  /** For how long the remote asked to be left alone, in seconds. */
  readonly retryAfterSeconds: number | undefined;
}

// Anchored at the time and source file that git writes itself: what follows comes from the remote and may look like
// anything. The format is not promised, but has been the same since protocol v2 came (git 2.18).
const headerReceived = /^[\d:.]+ \S+ +<= Recv header: (.*?)\r?$/;
const headerSent = /^[\d:.]+ \S+ +=> Send header: (.*?)\r?$/;
const packetReceived = /^[\d:.]+ \S+ +packet: +\S+< (.*)$/;

/**
 * Follows `GIT_TRACE_CURL` and `GIT_TRACE_PACKET` (see `trace.c`, `http.c`, `pkt-line.c` of git).
 * @param onUnasked called when the remote answers what git takes although nobody asked: a switch to another protocol
 * (status 101), after which curl waits for more, or packs to be fetched from elsewhere (`packfile-uris`), which git
 * does for whatever it advertised. https://git-scm.com/docs/packfile-uri
 */
export function readTrace(onUnasked: () => void = () => {}): {
  line: (line: string) => void;
  conversation: () => Conversation;
} {
  let tunnelled = false;
  let status: number | undefined;
  let smart = false;
  let asked = false;
  let opensTunnel = false;
  let head: string | undefined;
  let headBranch: string | undefined;
  let objectFormat: 'sha1' | 'sha256' = 'sha1';
  let filters = false;
  let unasked = false;
  let retryAfterSeconds: number | undefined;

  function refuse(): void {
    unasked = true;
    onUnasked();
  }

  function received(header: string): void {
    const answer = /^HTTP\/[\d.]+ (\d{3})/.exec(header)?.[1];
    if (answer !== undefined && opensTunnel) {
      opensTunnel = false;
      tunnelled = true;
      asked = false;
    } else if (answer !== undefined) {
      status = Number(answer);
      if (status === 101) refuse();
    } else if (/^content-type: *application\/x-git-upload-pack-/i.test(header)) {
      smart = true;
    } else {
      retryAfterSeconds = readRetryAfter(header) ?? retryAfterSeconds;
    }
  }

  function packet(text: string): void {
    if (text === 'packfile-uris') refuse();
    const [, oid, rest = ''] = /^([0-9a-f]{40,64}) HEAD(.*)$/.exec(text) ?? [];
    if (oid !== undefined) {
      head = oid;
      // Version 2 says it beside the ref, older ones among the capabilities behind a NUL.
      const branch = / (?:symref-target:|symref=HEAD:)refs\/heads\/(\S+)/.exec(rest)?.[1];
      if (branch !== undefined) headBranch = readRefName(branch);
    }
    if (/(?:^| )object-format=sha256(?: |$)/.test(text)) objectFormat = 'sha256';
    // No pattern that could be tried from several places: a remote would have us try them all.
    const capabilities = text.startsWith('fetch=') ? 'fetch='.length : text.indexOf('\\0') + 2;
    if (capabilities > 1 && text.slice(capabilities).split(' ').includes('filter')) filters = true;
  }

  return {
    line: (line) => {
      const packetText = packetReceived.exec(line)?.[1];
      if (packetText !== undefined) return packet(packetText);
      const header = headerReceived.exec(line)?.[1];
      if (header !== undefined) return received(header);
      const request = headerSent.exec(line)?.[1];
      if (request === undefined) return;
      if (request.startsWith('CONNECT ')) opensTunnel = true;
      else if (!opensTunnel) asked = true;
    },
    conversation: () => ({
      tunnelled,
      status,
      smart,
      asked,
      head,
      headBranch,
      objectFormat,
      filters,
      unasked,
      retryAfterSeconds,
    }),
  };
}

/** The longest name that git can store as a file, in bytes; what says more names no ref. */
const maxRefNameBytes = 4096;

/**
 * Decodes the name of a ref from git's packet trace, which writes each byte beyond ASCII as `\%o` of a C `char`: eleven
 * digits where `char` is signed (x86: `ß` is `\37777777703\37777777637`), three where it is not (arm64). A ref holds no
 * backslash, so nothing else looks like that. Control characters, which a ref does not hold either, stay escaped; bytes
 * that are no UTF-8 become U+FFFD. https://git-scm.com/docs/git-check-ref-format
 */
function readRefName(traced: string): string | undefined {
  const name = traced.replaceAll(/(?:\\(?:37777777[67][0-7]{2}|[23][0-7]{2}))+/g, (escapes) => {
    const bytes = escapes.slice(1).split('\\');
    return Buffer.from(bytes.map((octal) => Number.parseInt(octal, 8) & 0xff)).toString('utf8');
  });
  return Buffer.byteLength(name) <= maxRefNameBytes ? name : undefined;
}

/** Seconds, or a date of HTTP. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function readRetryAfter(header: string): number | undefined {
  const value = /^retry-after: *(\S.*)$/i.exec(header)?.[1];
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}
