/** What Terraform puts into the containers. */
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { render } from './render.ts';

const ops = join(import.meta.dirname, '../../ops');

/** What each file holds, by its path in the folder that the container reads. */
export type Uploaded = Readonly<Record<string, string>>;

/** Prometheus's, in /etc/prometheus, with the values of the template and the server's name. */
export async function prometheusFiles(
  values: Readonly<Record<string, string>>,
  server: string,
): Promise<Uploaded> {
  const template = await read('prometheus/prometheus.yml.tftpl');
  const rules = await all('prometheus/rules', '*.yml', 'rules');
  return { 'prometheus.yml': render(template, values).replaceAll('server-ip', server), ...rules };
}

const read = (name: string) => readFile(join(ops, name), 'utf8');

async function all(folder: string, pattern: string, path: string): Promise<Uploaded> {
  const names = globSync(pattern, { cwd: join(ops, folder) });
  const texts = names.map(
    async (name) => [`${path}/${name}`, await read(`${folder}/${name}`)] as const,
  );
  return Object.fromEntries(await Promise.all(texts));
}
