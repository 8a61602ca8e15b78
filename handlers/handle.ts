import { z } from 'zod';
import { DomainError, nearNames, type StorePort } from '../domain/index.ts';
import { prefersHtml } from './accept.ts';
import type { Call, Handler, RawInput, Site } from './handler.ts';
import type { Reply } from './reply.ts';
import { present, represent, type Render } from './represent.ts';

/** Checks the input and runs the handler: once more where a history was replaced under it, which is read then. */
export async function handle(
  handler: Handler,
  { ports, version, render }: Site & { readonly render: Render },
  raw: RawInput,
  call: Call,
): Promise<Reply> {
  const answer = async (): Promise<Reply> => {
    const reply = await handler.run(ports, handler.input.parse(raw), call);
    if (reply.kind === 'view') return present(reply, raw.headers, render);
    if (reply.kind !== 'repeatable') return reply;
    return represent(reply, raw.headers, { cache: ports.cache, version, render, reader: call });
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
  const near = nearNames(wanted.data.name, names);
  return new DomainError(error.code, error.message, { cause: error, near });
}
