import { readFile } from 'node:fs/promises';
import test from 'ava';
import { execa } from 'execa';
import { z } from 'zod';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, root), 'utf8');

const versions = z.record(z.string(), z.string());
const manifest = z
  .object({ dependencies: versions, devDependencies: versions, optionalDependencies: versions })
  .parse(JSON.parse(await read('package.json')));

const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string(),
        integrity: z.string().optional(),
        license: z.string().optional(),
        dev: z.boolean().optional(),
        optional: z.boolean().optional(),
        hasInstallScript: z.boolean().optional(),
      }),
    ),
  })
  .parse(JSON.parse(await read('package-lock.json')));

/** What runs in production, by path in node_modules: all but this program itself, what develops it, and Node.js. */
const production = Object.entries(lock.packages).filter(
  ([path, { dev, optional }]) => path !== '' && dev !== true && optional !== true,
);

test('the list of libraries says of every one that runs in production what it is for', async (t) => {
  const text = await read('docs/decisions/0005-libraries.md');
  const rows = [...text.matchAll(/^\| (\S.*?) +\| (\S.*?) +\| .*\|$/gm)].slice(1);
  const named = rows.flatMap(([, names = '']) => names.split(', '));
  t.deepEqual(
    named.filter((name) => !name.startsWith('---')).toSorted(),
    Object.keys(manifest.dependencies).toSorted(),
  );
  for (const [row, , reason = ''] of rows) t.true(reason.length > 3, row);
});

test('every version is exact, and the lockfile has that one', (t) => {
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  const wanted = { ...dependencies, ...devDependencies, ...optionalDependencies };
  for (const [name, version] of Object.entries(wanted)) {
    t.regex(version, /^\d+\.\d+\.\d+(?:-[\w.]+)?$/, name);
    t.is(lock.packages[`node_modules/${name}`]?.version, version, name);
  }
});

test('what runs in production is held by digests, runs nothing when it is installed, and may be used by everybody', (t) => {
  const licences = /^(?:MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BlueOak-1\.0\.0)$/;
  t.true(production.length > 50);
  for (const [path, { integrity, hasInstallScript, license }] of production) {
    t.regex(integrity ?? 'none', /^sha512-/, path);
    t.not(hasInstallScript, true, path);
    t.regex(license ?? 'none', licences, path);
  }
});

const bill = z.object({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.object({ component: z.object({ 'bom-ref': z.string(), type: z.string() }) }),
  components: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      properties: z.array(z.object({ name: z.string(), value: z.string() })),
    }),
  ),
});

test('npm sbom prints every package, and marks those that only develop it', async (t) => {
  // npm's own children are no part of what coverage is measured of.
  const options = { cwd: root, env: { NODE_V8_COVERAGE: undefined } };
  const { stdout } = await execa('npm', ['sbom', '--package-lock-only'], options);
  const { metadata, components } = bill.parse(JSON.parse(stdout));
  t.deepEqual(metadata.component, {
    'bom-ref': `git-monitoring-server@${lock.packages['']?.version}`,
    type: 'application',
  });
  const wanted = Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`);
  const listed = components
    .filter(({ properties }) => {
      return properties.every(({ name }) => name !== 'cdx:npm:package:development');
    })
    .map(({ name, version }) => `${name}@${version}`);
  t.deepEqual([...new Set(listed)].toSorted(), [...new Set(wanted)].toSorted());
  t.true(components.length > 2 * listed.length);
});
