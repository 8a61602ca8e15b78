import type { z } from 'zod';
import type { Ports } from '../domain/index.ts';
import type { Reply } from './reply.ts';

/** A longer body is refused by the host: 8 KiB are enough for a url and what is around it. */
export const maxBodyBytes = 8192;

/** A request as a host hands it over, before anything is known to be right. */
export interface RawInput {
  readonly params: unknown;
  readonly query: unknown;
  /** The body as text; empty where there is none. */
  readonly body: string;
  /** The Host header, `127.0.0.1:5000`. */
  readonly host: string;
}

/** What a handler may know besides its input. */
export interface Call {
  /** How many projects there may be. */
  readonly maxProjects: number;
  /** How long a fetch may take, counted from the request. */
  readonly timeoutSeconds: number;
  /** Aborts when the client goes away before it is answered. */
  readonly signal: AbortSignal;
}

/** Answers one kind of request without knowing which host received it. */
export interface Handler<Input = unknown> {
  /** Accepts a {@link RawInput} or refuses it. */
  readonly input: z.ZodType<Input>;
  /** @throws DomainError and whatever else goes wrong; `problems.ts` makes the answer of it. */
  run(ports: Ports, input: Input, call: Call): Promise<Reply>;
}

/** Checks the input and runs the handler. */
export async function handle(
  handler: Handler,
  ports: Ports,
  raw: RawInput,
  call: Call,
): Promise<Reply> {
  return handler.run(ports, handler.input.parse(raw), call);
}
