import { Agent, request } from 'node:http';

/** Statuses of answers over kept connections, and how long each took in milliseconds. */
export async function askAll(url: string, paths: readonly string[]) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const all = paths.map(
    (path) =>
      new Promise<readonly [number, number]>((resolve, reject) => {
        const begin = performance.now();
        request(url + path, { agent }, (response) => {
          response.resume().once('end', () => {
            resolve([response.statusCode ?? 0, performance.now() - begin]);
          });
        })
          .once('error', reject)
          .end();
      }),
  );
  const answers = await Promise.all(all);
  agent.destroy();
  return answers;
}
