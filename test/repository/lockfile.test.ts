import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { z } from 'zod';

const lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

const file = join(import.meta.dirname, '../../package-lock.json');
const { packages } = lock.parse(JSON.parse(await readFile(file, 'utf8')));

test('the lockfile names no registry, so that everyone installs from their own', (t) => {
  const named = Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined);
  t.deepEqual(named, []);
});

test('the lockfile has the digest of every package, those of other platforms among them', (t) => {
  // npm takes what a registry sends where the lockfile has none, and says nothing.
  const unheld = Object.entries(packages).filter(
    ([path, { integrity = '' }]) => path !== '' && !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity),
  );
  t.deepEqual(unheld, []);
});

test('the lockfile holds the binaries of every platform, without which npm ci refuses it', (t) => {
  // A registry that lacks a platform leaves it out of the lockfile in silence: https://github.com/npm/cli/issues/9846
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages),
    ),
  );
  t.deepEqual(missing, []);
});
