/**
 * A text that somebody meant for the url of a repository, without the user name and password in it, so that it can be shown
 * and logged. The user of SSH, which is no secret, stays.
 */
export function withoutCredentials(text: string): string {
  const [, before = '', rest = ''] = /^(\s*(?:[a-z][a-z\d+.-]*:)?\/\/)(.*)$/is.exec(text) ?? [];
  if (before === '') {
    // `user:password@host/path`: after the @ of `git@host:path` there is none.
    return text.replace(/^(\s*)[^\s/@:]+:.*@/s, '$1');
  }
  // What is no url may hold a password that nobody has encoded, with a slash in it.
  const end = URL.canParse(text.trim()) ? rest.search(/[/?#\\]/) : -1;
  const authority = end === -1 ? rest : rest.slice(0, end);
  const at = authority.lastIndexOf('@');
  const isSshUser = at === 3 && rest.startsWith('git@');
  return at === -1 || isSshUser ? text : `${before}${rest.slice(at + 1)}`;
}
