import { DomainError, type FetchFailure } from './errors.ts';

const sentences: Readonly<Record<FetchFailure, string>> = {
  dns: 'The host name of the url is not known; check its spelling.',
  connect:
    'The host does not accept connections on that port; check host and port, or try again later.',
  tls: 'No secure connection could be made; check that the certificate is valid, or name its authority in CA_FILE.',
  auth: 'The repository is not public; put what it takes into CREDENTIALS_FILE, or use the url of one that can be read without a password.',
  not_found: 'There is no repository at that url; check its path.',
  unavailable: 'The host is too busy or failing just now; try again later.',
  timeout:
    'The repository did not arrive in time; try again later, or raise FETCH_TIMEOUT_SECONDS.',
  too_large:
    'The repository is larger than FETCH_MAX_BYTES or MAX_COMMITS allows; raise it to take this one.',
  blocked:
    'The url leads to an address that is not public; name its network in ALLOWED_NETWORKS to allow it.',
  protocol:
    'The host did not answer as a git server; check that the url is the one you would give to git clone.',
  internal: 'The server could not run git for this; its log says why.',
};

/**
 * The error of a failed fetch, with one sentence for whoever asked: what went wrong and what to do.
 * @param cause what the log may say beyond that, such as git's own words
 * @param retryAfterSeconds for how long the remote asked to be left alone
 */
export function fetchError(
  failure: FetchFailure,
  cause?: unknown,
  retryAfterSeconds?: number,
): DomainError {
  return new DomainError(failure, sentences[failure], { cause, retryAfterSeconds });
}
