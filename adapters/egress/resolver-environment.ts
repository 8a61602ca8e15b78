/** libuv has no more threads than that. https://docs.libuv.org/en/v1.x/threadpool.html */
const mostThreads = 1024;

/**
 * What a process needs in its environment to look up so many names at once. `getaddrinfo` holds a thread for as long as
 * nameservers are silent, and libuv gives it half of its threads, which are four: two silent names would hold up every other.
 * The C library asks each nameserver twice and waits 2 seconds at first, in place of 5, so that a lookup is over before its
 * fetch gives up and the next one comes. https://man7.org/linux/man-pages/man5/resolv.conf.5.html
 */
export function resolverEnvironment(lookups: number): Readonly<Record<string, string>> {
  return {
    UV_THREADPOOL_SIZE: String(Math.min(mostThreads, 2 * lookups + 8)),
    RES_OPTIONS: 'timeout:2 attempts:2',
  };
}
