import { z } from 'zod';
import type { GitServer } from '../kit/git-server.ts';
import type { Random } from '../kit/random.ts';
import type { Repository } from '../kit/repository.ts';

const answer = z.object({ commits: z.array(z.object({ sha: z.string() })) });
const added = z.object({ commits: z.number() });

/** What a project may be after a crash: gone, or there with that many commits or more. */
interface Expected {
  readonly absent: boolean;
  /** Undefined where it must not be there. */
  readonly least: number | undefined;
}

/** Adds, refreshes and deletes projects, each name by one client, and knows what was acknowledged. */
export class CrashLoad {
  readonly #random: Random;
  readonly #remote: GitServer;
  readonly #repository: Repository;
  readonly #names = ['a', 'b', 'c', 'd', 'e', 'f'];
  /** What was not done, by status and problem. */
  readonly refusals = new Set<string>();
  readonly #expected = new Map<string, Expected>();
  /** How many commits there are from each tip on. */
  readonly #counts = new Map<string, number>();
  #tip: string;

  constructor(
    remote: GitServer,
    repository: Repository,
    tip: string,
    commits: number,
    random: Random,
  ) {
    this.#remote = remote;
    this.#repository = repository;
    this.#random = random;
    this.#tip = tip;
    this.#counts.set(tip, commits);
    for (const name of this.#names) this.#expected.set(name, { absent: true, least: undefined });
  }

  /** Works until the signal aborts, by three clients at once. */
  async run(url: string, signal: AbortSignal): Promise<void> {
    const clients = [0, 1, 2].map(async (client) => {
      while (!signal.aborted) {
        const name = this.#names[2 * client + this.#random.below(2)] ?? '';
        if (client === 0 && this.#random.chance(0.3)) await this.#push();
        // The server may be killed at any moment: what was not answered may have happened, or not.
        await this.#change(url, name).catch(() => {});
      }
    });
    await Promise.all(clients);
  }

  async #push(): Promise<void> {
    const commits = (this.#counts.get(this.#tip) ?? 0) + 1;
    const tip = await this.#repository.commit({ parents: [this.#tip], message: `${commits}\n` });
    this.#counts.set(tip, commits);
    await this.#repository.branch('main', tip);
    this.#tip = tip;
  }

  async #change(url: string, name: string): Promise<void> {
    const { absent, least } = this.#expected.get(name) ?? { absent: true, least: undefined };
    if (!absent && this.#random.chance(0.4)) {
      this.#expected.set(name, { absent: true, least });
      const reply = await fetch(`${url}/api/v1/projects/${name}`, { method: 'DELETE' });
      const { status } = reply;
      if (status >= 500) this.#refused(status, await reply.text());
      if (status === 204) this.#expected.set(name, { absent: true, least: undefined });
      return;
    }
    this.#expected.set(name, { absent, least: least ?? 0 });
    const repository = `${this.#remote.origin}/x.git${name < 'd' ? '' : '/'}`;
    const reply = await fetch(`${url}/add/${name}`, { method: 'POST', body: repository });
    const text = await reply.text();
    if (reply.status !== 200) return this.#refused(reply.status, text);
    const { commits } = added.parse(JSON.parse(text));
    this.#expected.set(name, { absent: false, least: commits });
  }

  #refused(status: number, text: string): void {
    this.refusals.add(`${status} ${/"type":"([^"]+)"/.exec(text)?.[1] ?? text}`);
  }

  /** What is not as it was acknowledged: a project that is missing, not whole, older than it was, or there though deleted. */
  async faults(url: string): Promise<readonly string[]> {
    const faults: string[] = [];
    for (const [name, { absent, least }] of this.#expected) {
      const reply = await fetch(`${url}/json/${name}`);
      const text = await reply.text();
      if (reply.status === 404) {
        if (!absent) faults.push(`${name} was acknowledged and is missing`);
        this.#expected.set(name, { absent: true, least: undefined });
        continue;
      }
      const { commits } = answer.parse(JSON.parse(text));
      const whole = this.#counts.get(commits[0]?.sha ?? '');
      if (least === undefined) faults.push(`${name} was deleted and is there`);
      else if (commits.length < least)
        faults.push(`${name} has ${commits.length} commits of ${least}`);
      if (commits.length !== whole)
        faults.push(`${name} is not whole: ${commits.length}, ${whole}`);
      this.#expected.set(name, { absent: false, least: commits.length });
    }
    return faults;
  }
}
