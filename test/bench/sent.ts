/** How many bytes a remote of a bench has sent so far. */
export async function bytesSent(remote: string, signal: AbortSignal): Promise<number> {
  const answer = await fetch(`${remote}/sent`, { signal });
  return Number(await answer.text());
}

/** How many bytes a server says that remotes have sent to it so far. */
export async function bytesReceived(server: string, signal: AbortSignal): Promise<number> {
  const answer = await fetch(`${server}/metrics`, { signal });
  const text = await answer.text();
  const counters = text.matchAll(/^gitmon_git_received_bytes_total\{.*\} (\S+)$/gm);
  return [...counters].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}
