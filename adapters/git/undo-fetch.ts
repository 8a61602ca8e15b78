import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removal } from './mirrors.ts';

/** The ref that holds what was fetched last: git needs one to tell a remote what is here already. */
export const tipRef = 'refs/gitmon/tip';

/** What a fetch writes in a mirror before it is done; nothing of whoever writes a commit-graph is among it. */
const unfinished =
  /^(?:(?:refs\/gitmon\/tip|shallow|config)\.lock|shallow_[^/]*|objects\/(?:pack|[0-9a-f]{2})\/(?:tmp_[^/]*|[^/]*\.(?:keep|temp)))$/;

/** The files of a pack that is done. */
const ofPack = /^objects\/pack\/pack-[^/]*$/;

/** What a fetch replaces when it is done. */
const replaced = [tipRef, 'shallow'] as const;

/**
 * Notes what is in a mirror before a fetch. What it returns undoes the fetch: it puts back the tip and removes what has come
 * since, for neither a git that is killed nor one that refuses a whole pack removes it, and each time there would be as much
 * as a remote may send.
 * @param wasRepacked whether packs that came since may be a repack's: they stay, with those of the fetch
 */
export async function noteMirror(
  mirror: string,
  wasRepacked: () => boolean,
): Promise<() => Promise<void>> {
  // What a repack that began before has in hand is all in these two; whose came later fails, and is done again.
  const before = new Set<string>();
  for (const folder of ['', 'objects/pack']) {
    const names = await readdir(join(mirror, folder)).catch(() => []);
    for (const name of names) before.add(join(folder, name));
  }
  const read = (name: string) => readFile(join(mirror, name), 'utf8').catch(() => undefined);
  const contents = await Promise.all(replaced.map(read));

  async function putBack(name: string, content: string | undefined): Promise<void> {
    if ((await read(name)) === content) return;
    const file = join(mirror, name);
    if (content === undefined) return rm(file, removal);
    // The name of git's own lock, which nobody else holds now: a rename leaves no half a file.
    await writeFile(`${file}.lock`, content);
    await rename(`${file}.lock`, file);
  }

  return async () => {
    const entries = await readdir(mirror, { recursive: true }).catch(() => []);
    const news = entries.filter((entry) => !before.has(entry));
    const left = news.filter((entry) => unfinished.test(entry));
    for (const entry of left) await rm(join(mirror, entry), removal);
    await Promise.all(replaced.map((name, index) => putBack(name, contents[index])));
    // A pack with a `.keep` is one that a fetch writes.
    const unfinishedPacks = left
      .filter((entry) => entry.endsWith('.keep'))
      .map((entry) => entry.slice(0, -4));
    const areAllOfFetch = !wasRepacked();
    const packs = news.filter((entry) =>
      areAllOfFetch ? ofPack.test(entry) : unfinishedPacks.some((pack) => entry.startsWith(pack)),
    );
    for (const entry of packs) await rm(join(mirror, entry), removal);
  };
}
