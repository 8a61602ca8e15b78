import { isIP } from 'node:net';
import { readForwarded } from './forwarded.ts';
import { clientOf, inNetworks, plainAddress } from '../net/networks.ts';
import { createTokens } from './tokens.ts';
import { limitWrites } from './write-limit.ts';
import type { Config } from '../config/config.ts';

/** Fewer characters can be found out by trying, in time, since reads with a wrong token are not limited. */
const shortestToken = 16;

/** Who may ask what, by the settings. */
export function createAccessControl(config: Config) {
  const alone = isLoopback(config.HOST);
  const names = config.ALLOWED_HOSTS;
  const isChecked = alone || names.length > 0;
  const given = [...config.ACCESS_TOKEN, ...(config.ACCESS_TOKEN_FILE ?? [])];
  const tokens = given.length > 0 ? createTokens(given) : undefined;
  const writes = config.WRITES_PER_MINUTE ?? (alone ? 0 : 600);
  const loopback = ['127.0.0.0/8', '::1/128'];
  const isUncounted = inNetworks([...loopback, ...config.ALLOWED_NETWORKS]);
  const isNear = inNetworks([...loopback, ...config.TRUSTED_PROXIES]);
  return {
    /** Whose connection it is. Near are this machine and the trusted proxies. */
    peerOf: (address: string) => ({
      client: clientOf(plainAddress(address)),
      isNear: isNear(address),
    }),
    openSession: tokens?.open,
    closeSession: tokens?.close,
    /** The names by which requests may ask; any where absent. */
    hosts: isChecked ? { names, exemptProbes: !alone } : undefined,
    /** What the access guard checks beside them. */
    rules: {
      forwarded: readForwarded(config.TRUSTED_PROXIES),
      ...(writes > 0 && { limitWrites: limitWrites(writes, isUncounted) }),
      ...(tokens && { tokens: { ...tokens, forReads: config.REQUIRE_TOKEN_FOR === 'reads' } }),
    },
    /** What had better be changed, in a sentence or two each. */
    warnings: [
      ...(alone || tokens !== undefined
        ? []
        : [
            `Everybody who reaches ${config.HOST} may add and remove projects; set ACCESS_TOKEN=name:token, or HOST=127.0.0.1.`,
          ]),
      ...given
        .filter(({ token }) => token.length < shortestToken)
        .map(
          ({ name }) =>
            `The token of ${name} has fewer than ${shortestToken} characters and can be guessed; make one by openssl rand -base64 24.`,
        ),
    ],
  };
}

/** Whether only this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
