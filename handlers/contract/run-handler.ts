import { z } from 'zod';
import { DomainError, suggestNames, type StorePort } from '../../domain/index.ts';
import type { Ports } from './ports.ts';
import { prefersHtml } from '../http/accept.ts';
import { Coalescer } from './coalesce.ts';
import type { RequestContext, Handler, RawInput, App } from './handler.ts';
import type { Reply } from './reply.ts';
import { makeOnce, makePage, type MadeText, type Render } from './rendered-text.ts';
import { revalidate, fromCache } from './cacheable-reply.ts';

type Answer = Awaited<ReturnType<Handler['run']>> | MadeText;

/** What runs for requests that share it, by the ports of their server. */
const coalescers = new WeakMap<Ports, WeakMap<Handler, Coalescer<Answer>>>();

function coalescerOf(ports: Ports, handler: Handler): Coalescer<Answer> {
  const byHandler = coalescers.get(ports) ?? new WeakMap<Handler, Coalescer<Answer>>();
  coalescers.set(ports, byHandler);
  const coalescer = byHandler.get(handler) ?? new Coalescer<Answer>();
  byHandler.set(handler, coalescer);
  return coalescer;
}

/** Checks the input and runs the handler: once more where a history was replaced under it, which is read then. */
export async function handle(
  handler: Handler,
  { ports, version, render }: App & { readonly render: Render },
  raw: RawInput,
  call: RequestContext,
): Promise<Reply> {
  const answer = async (): Promise<Reply> => {
    const input = handler.input.parse(raw);
    const key = handler.coalesceBy?.(input);
    const run = async () => handler.run(ports, input, call);
    const reply = await (key === undefined
      ? run()
      : coalescerOf(ports, handler).run(
          key,
          async () => makeOnce(await run(), render),
          call.signal,
        ));
    if (reply.kind === 'made') return revalidate(reply, raw.headers);
    if (reply.kind === 'view' && reply.status === undefined) {
      return revalidate(await makePage(reply, render), raw.headers);
    }
    if (reply.kind !== 'repeatable') return reply;
    return fromCache(reply, raw.headers, { cache: ports.cache, version, render, reader: call });
  };
  try {
    return await answer().catch((error: unknown) => {
      if (error instanceof DomainError && error.code === 'history_moved') return answer();
      throw error;
    });
  } catch (error) {
    // People mistype; a program had better hear of its mistake at once.
    const mayBeMeant = prefersHtml(raw.headers.accept) && isUnknownProject(error);
    throw mayBeMeant ? await withNearNames(error, ports.store, raw) : error;
  }
}

const named = z
  .object({ name: z.string() })
  .or(
    z.object({ projectname: z.string() }).transform(({ projectname }) => ({ name: projectname })),
  );

function isUnknownProject(error: unknown): error is DomainError {
  return error instanceof DomainError && error.code === 'unknown_project';
}

async function withNearNames(
  error: DomainError,
  store: StorePort,
  { params }: RawInput,
): Promise<DomainError> {
  const wanted = named.safeParse(params);
  if (!wanted.success) return error;
  const names = (await store.projects()).map(({ name }) => name);
  const near = suggestNames(wanted.data.name, names);
  return new DomainError(error.code, error.message, { cause: error, near });
}
