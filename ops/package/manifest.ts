/**
 * The published package carries no Node.js of its own: `publish` takes the node binaries out of package.json for the
 * time `npm pack` needs, `restore` puts the file back byte for byte.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const manifest = join(root, 'package.json');
const original = join(root, 'package.json.orig');

function published(text: string): string {
  const lines = /^ {2}"optionalDependencies": \{\n(?: {4}"node-linux-.*\n)+ {2}\},\n/m;
  if (!lines.test(text))
    throw new Error('package.json has other optionalDependencies than the node binaries.');
  return text.replace(lines, '');
}

function restore(): void {
  if (existsSync(original)) renameSync(original, manifest);
}

function publish(): void {
  // Left by a pack that died halfway; what was edited since then must not be lost.
  if (existsSync(original)) {
    if (readFileSync(manifest, 'utf8') !== published(readFileSync(original, 'utf8')))
      throw new Error('package.json changed since package.json.orig was set aside; keep one.');
    restore();
  }
  const text = readFileSync(manifest, 'utf8');
  writeFileSync(original, text);
  writeFileSync(manifest, published(text));
}

if (process.argv[2] === 'publish') publish();
else restore();
