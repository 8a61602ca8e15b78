import type { IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { Handler, RawInput } from '../../../contract/handler.ts';
import { readHeaders } from '../request-context.ts';
import type { Exchange } from '../access-log.ts';
import type { Lifecycle } from '../lifecycle.ts';

/** How many urls are kept, and of what length. */
const max = 1000;
const maxLength = 500;

/** What hapi has made of a url. */
export interface Known extends Pick<RawInput, 'params' | 'query'> {
  readonly handler: Handler;
  /** The path of its route. */
  readonly route: string;
  readonly path: string;
}

/**
 * Answers without hapi what it has answered with ready bytes lately: what it does for a request takes a quarter of the time of
 * a 304. All else that is done is the same, and the same code; what turns out to need hapi is handed to it with what came of
 * it.
 */
export class FastPath {
  readonly #known = new LRUCache<string, Known>({ max });
  readonly #handedOver = new WeakMap<IncomingMessage, Exchange>();
  readonly #exchanges: Lifecycle;

  constructor(exchanges: Lifecycle) {
    this.#exchanges = exchanges;
  }

  /** Remembers where a request for ready bytes led. */
  record({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>, known: Known): void {
    if (!isGet(method)) return;
    // A whole url may be known by another host than its header says.
    if (!url.startsWith('/') || url.length > maxLength) return;
    this.#known.set(url, known);
  }

  /** What has been begun of a request that was handed to hapi. */
  handedOver(req: IncomingMessage): Exchange | undefined {
    return this.#handedOver.get(req);
  }

  /**
   * Takes care of a request, and gives what leaves it to hapi, unless it is being answered; undefined where hapi has to be
   * asked.
   * @param next asks hapi
   */
  tryHandle(req: IncomingMessage, res: ServerResponse, next: () => void): (() => void) | undefined {
    const { method, url = '' } = req;
    const known = isGet(method) ? this.#known.get(url) : undefined;
    if (known === undefined) return undefined;
    const exchange = this.#exchanges.begin(req, res);
    void this.#answer(exchange, known, next);
    return () => {
      exchange.answeredByHapi = true;
    };
  }

  async #answer(exchange: Exchange, known: Known, next: () => void): Promise<void> {
    const { req, res } = exchange;
    const { handler, route, path, params, query } = known;
    const input = {
      params,
      query,
      headers: readHeaders(req),
      body: '',
      host: req.headers.host?.trim() ?? '',
    };
    try {
      await this.#exchanges.authorize(exchange, route);
      const reply = await this.#exchanges.answer(exchange, handler, input);
      if (reply !== undefined) exchange.outcome = { kind: 'reply', reply };
    } catch (error) {
      exchange.outcome = { kind: 'fault', error };
      this.#known.delete(req.url ?? '');
    }
    if (res.headersSent || !req.socket.writable) {
      this.#exchanges.end(exchange, { route, path });
    } else {
      this.#handedOver.set(req, exchange);
      next();
    }
  }
}

function isGet(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD';
}
