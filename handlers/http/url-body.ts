import { z } from 'zod';
import { DomainError } from '../../domain/index.ts';

const document = z.object({ url: z.string() });

/**
 * The repository url in a body: `{"url": "…"}`, a form's `url=…`, or the url itself. The body's first characters
 * decide and the content type does not: `curl -d URL` calls everything a form.
 * @throws DomainError `bad_url` where the body begins like JSON and is not that
 */
export function readUrl(body: string): string {
  const text = body.trim();
  if (text.startsWith('{')) return readJson(text);
  if (text.startsWith('url=')) return new URLSearchParams(text).get('url') ?? '';
  return text;
}

function readJson(text: string): string {
  try {
    return document.parse(JSON.parse(text)).url;
  } catch (cause) {
    const rule = 'A body that begins with { is JSON of the form {"url": "https://…"}.';
    throw new DomainError('bad_url', rule, { cause });
  }
}
