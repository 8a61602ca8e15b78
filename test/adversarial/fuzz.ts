import { once } from 'node:events';
import { connect } from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import { contract, type Serving } from '../kit/hosts.ts';
import { fakeCommits } from '../kit/fake-ports.ts';
import { requests, type Wire } from './fuzz-requests.ts';
import { seedOf } from '../kit/random.ts';
import { statuses } from '../kit/raw-client.ts';
import { threadCpuTime } from '../kit/thread-cpu-time.ts';
import { tally } from '../kit/traffic.ts';

/** How much of the server's own thread one request may take, in milliseconds of processor time. */
const mostProcessorTime = 50;

/** Tests that every host refuses what is wrong with so many requests of each kind, and does nothing more about it. */
export function fuzzRequests(cases: number): void {
  for (const [kind, wires] of Object.entries(requests)) {
    contract(
      `${cases} requests with odd ${kind} are answered, and none is a fault of the server`,
      async (t, serve) => {
        t.timeout(600_000);
        const serving = await serve(t);
        serving.git.remotes.set('http://127.0.0.1:1/known.git', { commits: oddCommits });
        await serving.add('known', 'http://127.0.0.1:1/known.git');
        const answers: string[] = [];
        await fc.assert(
          fc.asyncProperty(wires, async (wire) => {
            answers.push(await rightlyAnswered(serving, wire));
          }),
          { seed: seedOf(t), numRuns: cases, endOnFailure: true },
        );
        t.log(tally(answers).join(', '));
        t.is((await fetch(`${serving.origin}/healthz`)).status, 200);
      },
      test.serial,
    );
  }
}

const oddCommits = fakeCommits(250, (number) => ({
  message: '<b>\u202e\ud7ff\0'.repeat(number),
  author: '💥'.repeat(number % 200),
}));

/** Sends a request, and gives the status of its answer. */
async function rightlyAnswered({ origin, log }: Serving, wire: Wire): Promise<string> {
  const lines = log.length;
  let taken = await threadCpuTime(() => exchange(origin, wire));
  const text = taken.result;
  for (const status of statuses(text)) {
    // What became of a fetch is no fault of the server, whatever its status says.
    if (status >= 500 && !/"outcome":"|No repository there/.test(text)) {
      throw new Error(`answered ${text}`);
    }
  }
  const fault = log.slice(lines).find(({ level }) => level >= 50);
  if (fault !== undefined) throw new Error(`logged ${JSON.stringify(fault)}`);
  // Once may be somebody else's doing: the collector of garbage, or the compiler.
  for (let again = 0; again < 5 && taken.milliseconds > mostProcessorTime; again++) {
    taken = await threadCpuTime(() => exchange(origin, wire));
  }
  if (taken.milliseconds > mostProcessorTime) throw new Error(`took ${taken.milliseconds} ms`);
  return statuses(text).join(' ') || 'none';
}

/** How long it is waited for an answer that need not come, in milliseconds. */
const patience = 100;

/** Sends bytes, and gives all that was answered. */
async function exchange(origin: string, wire: Wire): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    // Events have no end.
    if (/\r\ncontent-type: text\/event-stream/i.test(text)) socket.destroy();
  });
  socket.on('error', () => {});
  // A client that ends its half is told nothing, so the end comes only where the server waits for more.
  const isWhole = wire.includes('\r\n\r\n');
  socket.setTimeout(isWhole ? patience : 1, () => socket.end());
  socket.write(Buffer.from(wire, 'latin1'));
  await once(socket, 'close');
  return text;
}
