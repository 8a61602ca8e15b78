import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import test from 'ava';
import { createAuthority, createCertificate } from './certificates.ts';
import { fetchHead } from './fetch-head.ts';
import { startGitServer } from './git-server.ts';
import { startHttpsGitServer } from './https-git-server.ts';
import { createRepository } from './repository.ts';
import { temporaryDirectory } from './temporary-directory.ts';

test('git trusts the server under each of its names when it is given the authority', async (t) => {
  const root = await temporaryDirectory(t);
  const tip = await (await createRepository(join(root, 'x.git'))).linear(3);
  const { server, caFile } = await startHttpsGitServer(root);
  t.teardown(() => server.close());
  for (const host of ['127.0.0.1', 'localhost']) {
    const client = await temporaryDirectory(t);
    const url = `${server.origin.replace('127.0.0.1', host)}/x.git`;
    t.regex((await fetchHead(client, url)).stderr, /certificate/);
    const { commits } = await fetchHead(client, url, { config: `http.sslCAInfo=${caFile}` });
    t.is(commits[0], tip);
  }
  t.is(server.requests.length, 6);
});

test('the certificate is good for the IPv6 loopback too', async (t) => {
  const { cert } = await createCertificate(await createAuthority());
  t.is(new X509Certificate(cert).checkIP('::1'), '::1');
});

test('git trusts no certificate that is signed by itself', async (t) => {
  const root = await temporaryDirectory(t);
  const server = await startGitServer(root, await createCertificate());
  t.teardown(() => server.close());
  const { exitCode, stderr } = await fetchHead(
    await temporaryDirectory(t),
    `${server.origin}/x.git`,
  );
  t.is(exitCode, 128);
  t.regex(stderr, /certificate/);
  t.is(server.requests.length, 0);
});
