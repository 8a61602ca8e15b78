import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { allowAllAddresses, publicAddresses } from './adapters/egress/address-policy.ts';
import { createEgress } from './adapters/egress/proxy.ts';
import { chooseUpstream } from './adapters/egress/upstream.ts';
import { serveGit, type LocalGit } from './adapters/git/git-worker-server.ts';
import type { Credential } from './adapters/git/credential.ts';
import { createGit } from './adapters/git/git-adapter.ts';
import { openGit } from './adapters/git/open-git.ts';
import { killOrphans } from './adapters/git/orphans.ts';
import type { WorkerSettings } from './adapters/git/git-worker-api.ts';

// The process that runs git for the server, and is the way out for all of git's http.

// What a terminal or a supervisor sends to all is for the server, which tells this process when it is time.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) {
  process.on(signal, () => {});
}

serveGit(async (settings: WorkerSettings): Promise<LocalGit> => {
  const { directory, path, allowedNetworks, upstream, maxBytes, minFreeBytes, maxCommits, caFile } =
    settings;
  await killOrphans(directory);
  // What a worker before this one had begun, if the system killed it.
  await rm(join(directory, 'tmp'), { recursive: true, force: true, maxRetries: 5 });
  const egress = createEgress({
    policy: allowedNetworks === 'every' ? allowAllAddresses : publicAddresses(allowedNetworks),
    upstream: chooseUpstream(upstream),
  });
  const credentials = new Map<string, Credential>();
  const { tools, warning, check } = await openGit({
    directory,
    path,
    egress,
    maxBytes,
    minFreeBytes,
    maxCommits,
    timeoutSeconds: settings.timeoutSeconds,
    caFile,
    findCredential: (url) => credentials.get(url),
  });
  return {
    port: createGit(tools),
    credentials,
    check: async () => ({ version: await check(), warning }),
    clear: tools.mirrors.clear,
    killAll: tools.git.killAll,
    close: async () => {
      await egress.close();
      if (!settings.keepsMirrors) await tools.mirrors.clear([]);
    },
  };
});
