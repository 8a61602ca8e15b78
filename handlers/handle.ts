import type { Call, Handler, RawInput, Site } from './handler.ts';
import type { Reply } from './reply.ts';
import { present, represent, type Render } from './represent.ts';

/** Checks the input and runs the handler. */
export async function handle(
  handler: Handler,
  { ports, version, render }: Site & { readonly render: Render },
  raw: RawInput,
  call: Call,
): Promise<Reply> {
  const reply = await handler.run(ports, handler.input.parse(raw), call);
  if (reply.kind === 'view') return present(reply, raw.headers, render);
  if (reply.kind !== 'repeatable') return reply;
  return represent(reply, raw.headers, { cache: ports.cache, version, render });
}
