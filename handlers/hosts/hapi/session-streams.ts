import type { ServerResponse } from 'node:http';

/** Knows the answers that still go to sessions: whoever logs out gets no more of them. */
export class SessionStreams {
  readonly #open = new Map<string, Set<ServerResponse>>();

  add(session: string, res: ServerResponse): void {
    if (res.destroyed) return;
    const streams = this.#open.get(session) ?? new Set();
    this.#open.set(session, streams.add(res));
    res.once('close', () => {
      streams.delete(res);
      if (streams.size === 0 && this.#open.get(session) === streams) this.#open.delete(session);
    });
  }

  end(session: string): void {
    for (const res of this.#open.get(session) ?? []) res.destroy();
  }
}
