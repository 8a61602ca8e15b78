import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority, createCertificate, type Certificate } from './certificates.ts';
import { startGitServer, type GitServer } from './git-server.ts';

/**
 * Starts {@link startGitServer} with https, its certificate, also for `names`, issued by an authority of its own. Only a client that is
 * given `caFile` (PEM, made in `root`) trusts it.
 */
export async function startHttpsGitServer(
  root: string,
  names: readonly string[] = [],
): Promise<{
  readonly server: GitServer;
  readonly caFile: string;
  /** Good for another server of this machine too. */
  readonly certificate: Certificate;
}> {
  const authority = await createAuthority();
  const caFile = join(root, 'authority.pem');
  await writeFile(caFile, authority.cert);
  const certificate = await createCertificate(authority, names);
  return { server: await startGitServer(root, certificate), caFile, certificate };
}
