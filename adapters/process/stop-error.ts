/** The server was told to end, and something did not in time; the message says in one sentence what it was. */
export class StopError extends Error {
  override readonly name = 'StopError';
}
