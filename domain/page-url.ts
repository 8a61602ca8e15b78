import { urlLimit } from './project.ts';

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

/** Where a page of a host that is not known begins: the paths of GitLab. */
const gitlabPage =
  /\/-\/(?:tree|blob|blame|raw|commits?|issues|merge_requests|branches|tags|graphs)(?:\/|$)/g;

/** The same for Gitea and Forgejo. */
const giteaPage = /\/(?:src|commits)\/(?:branch|tag|commit)(?=\/)/g;

/**
 * The repository's part of a path whose other part gives away that it is a page; undefined where nothing does. It has an owner
 * and a name. The searches are linear: one pattern for both parts would try each owner with each name.
 */
function beforePage(path: string): string | undefined {
  const ownerEnd = path.indexOf('/', 2);
  if (ownerEnd === -1) return undefined;
  gitlabPage.lastIndex = ownerEnd + 2;
  const gitlab = gitlabPage.exec(path);
  if (gitlab !== null) return path.slice(0, gitlab.index);
  for (const { index } of path.matchAll(giteaPage)) {
    const nameStart = path.lastIndexOf('/', index - 1) + 1;
    if (nameStart > ownerEnd && nameStart < index) return path.slice(0, index);
  }
  return undefined;
}

/**
 * The url of the repository whose page somebody looks at: `https://github.com/redis/redis/tree/8.0` is a page of
 * `https://github.com/redis/redis`. What a forge shows to clone by SSH becomes https too. Anything else comes back as it is,
 * without white space around it: whether it is right says `parseRepositoryUrl`.
 */
export function repositoryOfPage(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length > urlLimit) return trimmed;
  const url = spelledOut(trimmed);
  if (url === undefined) return trimmed;
  const forge = forges.find(({ hosts }) => hosts.has(url.hostname));
  if (forge !== undefined) {
    const [path] = forge.repository.exec(url.pathname) ?? [];
    if (path === undefined || url.username !== '') return trimmed;
    return `${url.origin}${path.replace(/\/$/, '')}`;
  }
  const path = beforePage(url.pathname);
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
