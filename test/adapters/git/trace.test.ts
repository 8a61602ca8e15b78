import test from 'ava';
import { classify } from '../../../adapters/git/classify.ts';
import { readTrace, type Conversation } from '../../../adapters/git/trace.ts';
import { threadCpuTime } from '../../kit/thread-cpu-time.ts';

const oid = '4f8cdc2a1ea53e42955af758aabffee67cb455dd';

function readLines(...lines: readonly string[]): Conversation {
  const trace = readTrace();
  for (const line of lines) trace.line(`08:38:56.598809 ${line}`);
  return trace.conversation();
}

const header = (text: string) => `http.c:684              <= Recv header: ${text}\r`;
const sent = (text: string) => `http.c:684              => Send header: ${text}\r`;
const packet = (text: string) => `pkt-line.c:80           packet:        fetch< ${text}`;

test('a conversation in protocol version 2 tells HEAD, its branch, filters and object format', (t) => {
  const conversation = readLines(
    header('HTTP/1.1 200 OK'),
    header('Content-Type: application/x-git-upload-pack-advertisement'),
    packet('version 2'),
    packet('fetch=shallow wait-for-done filter'),
    packet('object-format=sha256'),
    packet(`${oid} HEAD symref-target:refs/heads/topic/ü`),
  );
  t.like(conversation, {
    status: 200,
    smart: true,
    head: oid,
    headBranch: 'topic/ü',
    objectFormat: 'sha256',
    filters: true,
  });
});

test('older protocols tell the same among their capabilities', (t) => {
  const conversation = readLines(
    packet(`${oid} HEAD\\0multi_ack symref=HEAD:refs/heads/main filter object-format=sha1`),
  );
  t.like(conversation, { head: oid, headBranch: 'main', objectFormat: 'sha1', filters: true });
});

test('bytes that the trace writes in octal are decoded, where a C char is signed and where it is not', (t) => {
  const branchIn = (traced: string) =>
    readLines(packet(`${oid} HEAD symref-target:refs/heads/${traced}`)).headBranch;
  t.is(branchIn(String.raw`gr\37777777703\37777777666\37777777703\37777777637e`), 'größe');
  t.is(branchIn(String.raw`gr\303\266\303\237e`), 'größe');
  t.is(branchIn(String.raw`\37777777703\377777776667-7`), 'ö7-7');
  t.is(branchIn(String.raw`lone-\37777777777-byte`), 'lone-\uFFFD-byte');
  t.is(branchIn(String.raw`no-ref\33[31m`), String.raw`no-ref\33[31m`);
  const capabilities = String.raw`\0multi_ack symref=HEAD:refs/heads/\37777777703\37777777644 filter`;
  t.is(readLines(packet(`${oid} HEAD${capabilities}`)).headBranch, 'ä');
});

test('a name longer than git can store is none', (t) => {
  const branchOf = (length: number) =>
    readLines(packet(`${oid} HEAD symref-target:refs/heads/${'x'.repeat(length)}`)).headBranch;
  t.is(branchOf(4096)?.length, 4096);
  t.is(branchOf(4097), undefined);
});

test('a detached HEAD has no branch, and a server may know no filters', (t) => {
  const conversation = readLines(packet('fetch=shallow wait-for-done'), packet(`${oid} HEAD`));
  t.like(conversation, { head: oid, headBranch: undefined, filters: false });
});

test("a tunnel is secure once a request went through it; the proxy's answer does not count", (t) => {
  const opened = [sent('CONNECT example.org:443 HTTP/1.1'), header('HTTP/1.1 200 OK')] as const;
  t.like(readLines(...opened), { tunnelled: true, asked: false, status: undefined });
  const asked = [...opened, sent('GET /x.git/info/refs HTTP/2')] as const;
  t.like(readLines(...asked), { tunnelled: true, asked: true, status: undefined });
  t.like(readLines(...asked, header('HTTP/2 404')), { asked: true, status: 404 });
});

test('a remote that writes lines of a trace into its headers is not believed', (t) => {
  const conversation = readLines(
    header('HTTP/1.1 404 Not Found'),
    header(`X: 08:38:56.598809 pkt-line.c:80           packet:        fetch< ${oid} HEAD`),
    header('X: 08:38:56.598809 http.c:684              <= Recv header: HTTP/1.1 200 OK'),
  );
  t.like(conversation, { status: 404, head: undefined });
});

test('a line made to be hard to read is read as fast as any', async (t) => {
  const trace = readTrace();
  const nuls = packet(`${oid} refs/heads/a${'\\0'.repeat(2000)}`);
  const { milliseconds } = await threadCpuTime(() => {
    for (let line = 0; line < 2000; line++) trace.line(`08:38:56.598809 ${nuls}`);
  });
  // Some 20 ms; where the time grows with the square of the length, 20 seconds.
  t.true(milliseconds < 4000);
});

test('a failed fetch is named by what was seen, first what was seen outside git', (t) => {
  const url = 'http://example.org/x.git';
  const https = 'https://example.org/x.git';
  const end = { exitCode: 128, killedBy: undefined, stderr: 'fatal: repository not found' };
  const killed = { ...end, exitCode: undefined, killedBy: 'SIGSEGV' };
  const nothing = { url, end, trace: readLines(), externalFailure: undefined };
  const answered = (status: number) => ({
    ...nothing,
    trace: readLines(header(`HTTP/1.1 ${status} Whatever`)),
  });
  t.is(classify({ ...answered(404), externalFailure: 'dns' }), 'dns');
  t.is(classify({ ...answered(200), externalFailure: 'blocked' }), 'blocked');
  t.is(classify({ ...nothing, end: killed }), 'internal');
  const tunnel = readLines(sent('CONNECT a:443'), header('HTTP/1.1 200 OK'));
  t.is(classify({ ...nothing, trace: tunnel }), 'tls');
  t.is(classify({ ...nothing, url: https }), 'tls');
  t.is(classify({ ...nothing, url: https, trace: readLines(sent('GET / HTTP/1.1')) }), 'protocol');
  for (const [status, outcome] of [
    [401, 'auth'],
    [403, 'auth'],
    [404, 'not_found'],
    [410, 'not_found'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
    [200, 'protocol'],
    [418, 'protocol'],
  ] as const) {
    t.is(classify(answered(status)), outcome, String(status));
  }
  t.is(classify(nothing), 'protocol');
});
