import type { Progress } from '../../domain/ports/git-port.ts';
import type { EgressSession } from '../egress/proxy.ts';
import { usable, type Credential } from './credential.ts';
import { readProgress } from './progress.ts';
import type { GitEnd, GitRunner } from './run-git.ts';
import { readTrace, type Conversation } from './trace.ts';

/** What came of a command that talked to a remote. */
export interface RemoteResult {
  readonly end: GitEnd;
  readonly trace: Conversation;
  readonly stdout: string;
}

/** How a command gets to its remote. */
export interface RemoteContext {
  /** The remote, as `parseRepositoryUrl` returns it. */
  readonly url: string;
  readonly git: GitRunner;
  /** Its way out. */
  readonly session: EgressSession;
  readonly signal: AbortSignal;
  /** PEM file of the authorities https remotes are checked against; git's own when absent. */
  readonly caFile?: string;
  /** For the remote, where it asks for one. */
  readonly credential?: Credential | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A proxy that refuses every connection: only root listens on this port of loopback, and nobody does. */
const deadProxy = 'http://127.0.0.1:1';

/**
 * Runs a git command that talks to a remote, in a repository, and reads the trace of what they say. It is killed where
 * the remote answers what was not asked for, and such a command has no exit code, whenever it ended.
 */
export async function runRemote(
  context: RemoteContext,
  repository: string,
  args: readonly string[],
): Promise<RemoteResult> {
  const { git, url, session, signal, caFile, credential, onProgress } = context;
  const access = credential && usable(credential);
  const trace = readTrace(() => running.kill());
  const running = git.start({
    args,
    cwd: repository,
    signal,
    network: {
      config: {
        // The way out is this remote's alone, wherever its first answer redirects to: `http-fetch`, which git starts for
        // each pack that a remote names elsewhere (`packfile-uris`), gets nowhere.
        'http.proxy': deadProxy,
        [`remote.${url}.proxy`]: session.proxyUrl,
        // Without it every connection would first be refused with 407 and made again.
        'http.proxyAuthMethod': 'basic',
        'http.followRedirects': 'initial',
        // Always a pack: loose objects would pile up over many small fetches.
        'fetch.unpackLimit': '1',
        ...(caFile !== undefined && { 'http.sslCAInfo': caFile }),
        ...access?.config,
      },
      ...(access && { env: access.env, secrets: access.secrets }),
    },
    onTrace: trace.line,
    onMessage: (message) => {
      const progress = readProgress(message);
      if (progress) onProgress?.(progress);
      return progress !== undefined;
    },
  });
  const [stdout, end] = await Promise.all([readStart(running.stdout), running.end]);
  const conversation = trace.conversation();
  const exitCode = conversation.unasked ? undefined : end.exitCode;
  return { end: { ...end, exitCode }, trace: conversation, stdout };
}

/** How much of a list of branches is read, in bytes: the first of them is enough. */
const maxListBytes = 65_536;

/** The beginning of a stream as text; the rest is read and dropped, so that its writer can end. */
async function readStart(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    if (bytes < maxListBytes) chunks.push(chunk);
    bytes += chunk.length;
  }
  return Buffer.concat(chunks).toString('utf8');
}
