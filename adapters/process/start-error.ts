/** The server cannot start here; the message says in one sentence why and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
