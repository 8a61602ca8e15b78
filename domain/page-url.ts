interface Forge {
  readonly hosts: ReadonlySet<string>;
  /** How much of a path names the repository; the rest names a page of it. */
  readonly repository: RegExp;
}

/** Two segments, without the `.git` that may follow. */
const ownerAndName = /^\/[^/]+\/[^/]+/;

const forges: readonly Forge[] = [
  {
    hosts: new Set(['github.com', 'www.github.com', 'bitbucket.org', 'codeberg.org', 'gitea.com']),
    repository: ownerAndName,
  },
  // Groups hold groups; before `/-/` there was none between a project and its pages.
  {
    hosts: new Set(['gitlab.com']),
    repository: /^\/[^/]+\/.+?(?=\/-(?:\/|$)|\/(?:tree|blob|blame|raw|commits?)\/|\/?$)/,
  },
];

/** What gives a page away on hosts that are not known: the paths of GitLab, and of Gitea and Forgejo. */
const elsewhere: readonly RegExp[] = [
  /^\/.+?\/.+?(?=\/-\/(?:tree|blob|blame|raw|commits?|issues|merge_requests|branches|tags|graphs)(?:\/|$))/,
  /^\/.+?\/[^/]+(?=\/(?:src|commits)\/(?:branch|tag|commit)\/)/,
];

/**
 * The url of the repository whose page somebody looks at: `https://github.com/redis/redis/tree/8.0` is a page of
 * `https://github.com/redis/redis`. What a forge shows to clone by SSH becomes https too. Anything else comes back as it is,
 * without white space around it: whether it is right says `parseRepositoryUrl`.
 */
export function repositoryOfPage(text: string): string {
  const trimmed = text.trim();
  const url = spelledOut(trimmed);
  if (url === undefined) return trimmed;
  const forge = forges.find(({ hosts }) => hosts.has(url.hostname));
  if (forge !== undefined) {
    const [path] = forge.repository.exec(url.pathname) ?? [];
    if (path === undefined || url.username !== '') return trimmed;
    return `${url.origin}${path.replace(/\/$/, '')}`;
  }
  const [path] = elsewhere.map((page) => page.exec(url.pathname)?.[0]).filter((found) => found);
  // What one forge's paths leave over can look like a page of another's.
  return path === undefined ? trimmed : repositoryOfPage(`${url.origin}${path}`);
}

/** Host and path, of a url with the port it may have, or as git and people write it without a scheme. */
const written =
  /^(?:(?:https?:\/\/|ssh:\/\/git@)([\w.-]+)(?::\d+)?\/|(?:git@)?([\w.-]+)[:/])([^/\s\\].*)$/i;

/** The url that a text means: `github.com/x/y` and `git@github.com:x/y.git` are what people copy too. */
function spelledOut(text: string): URL | undefined {
  const [, named, bare, path = ''] = written.exec(text) ?? [];
  const host = named ?? bare ?? '';
  const isForge = forges.some(({ hosts }) => hosts.has(host.toLowerCase()));
  const full = isForge ? `https://${host}/${path}` : text;
  if (!/^https?:/i.test(full) || /[\s\\]/.test(full) || !URL.canParse(full)) return undefined;
  return new URL(full);
}

/** A name for the repository of a url: the end of its path, as far as a name may be so; empty where nothing is left. */
export function proposeName(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : '';
  const last = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return decoded(last)
    .replace(/\.git$/i, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
