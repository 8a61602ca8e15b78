import type { IncomingMessage, ServerResponse } from 'node:http';
import { ofSource } from '../../../domain/index.ts';
import { singleValue } from '../../contract/access-guard.ts';
import type {
  Client,
  RequestContext,
  Limits,
  RequestHeaders,
  App,
} from '../../contract/handler.ts';

/** The headers that answers depend on. */
export function readHeaders({ headers }: IncomingMessage): RequestHeaders {
  return {
    accept: headers.accept,
    'accept-encoding': headers['accept-encoding'],
    'if-match': headers['if-match'],
    'if-none-match': headers['if-none-match'],
    prefer: singleValue(headers['prefer']),
    'last-event-id': singleValue(headers['last-event-id']),
  };
}

/**
 * Makes the signal where it is wanted: reading never does, and would take longer with it. A class, since each literal with
 * a getter would be a shape of its own, which costs more than it saves.
 */
export class NodeCall implements RequestContext {
  readonly version: string;
  readonly maxProjects: number;
  readonly timeoutSeconds: number;
  readonly rules: Limits['rules'];
  readonly ending: AbortSignal;
  readonly draining: boolean;
  readonly hasRoom: Limits['hasRoom'];
  readonly openSession: App['openSession'];
  readonly closeSession: App['closeSession'];
  readonly sender: Client;
  readonly takePlace: () => void;
  readonly #signals: () => AbortSignal[];

  constructor(
    limits: Limits & Pick<App, 'version' | 'openSession' | 'closeSession'>,
    sender: Client,
    ending: AbortSignal,
    signals: () => AbortSignal[],
    takePlace: () => void,
  ) {
    this.version = limits.version;
    this.maxProjects = limits.maxProjects;
    this.timeoutSeconds = limits.timeoutSeconds;
    this.rules = limits.rules;
    this.ending = ending;
    this.draining = ending.aborted;
    this.hasRoom = limits.hasRoom;
    this.openSession = limits.openSession;
    this.closeSession = limits.closeSession;
    this.sender = sender;
    this.takePlace = takePlace;
    this.#signals = signals;
  }

  get signal(): AbortSignal {
    return ofSource(AbortSignal.any(this.#signals()), this.sender.source);
  }
}

/** Aborts when the connection closes before the answer has been sent. */
export function leaving(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const left = () => {
    if (!res.writableFinished) controller.abort(new DOMException('The client left', 'AbortError'));
  };
  if (res.destroyed) left();
  else res.once('close', left);
  return controller.signal;
}
