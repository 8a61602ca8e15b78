/**
 * Whether a `Prefer` header asks for an answer before the work is done.
 * @see https://www.rfc-editor.org/rfc/rfc7240#section-4.1
 */
export function prefersAsync({ prefer }: { readonly prefer: string | undefined }): boolean {
  return prefer?.split(',').some((entry) => /^\s*respond-async\s*(?:;|$)/i.test(entry)) === true;
}
