import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';

/** Where a program is, or why a test that needs it cannot run. */
export type FoundProgram = { readonly path: string } | { readonly missing: string };

/**
 * Finds a program, and installs the Debian package that brings it where there is none; no daemon of the package starts.
 * Files of tests that want something installed at once do so one after the other.
 */
export async function debianProgram(name: string, debianPackage = name): Promise<FoundProgram> {
  const found = find(name);
  if (found !== undefined) return { path: found };
  const missing = `${name}, which is not on this machine`;
  if (find('apt-get') === undefined) return { missing: `${missing}, nor is apt-get` };
  if (process.getuid?.() !== 0) return { missing: `${missing}, and only root can install it` };

  const { exitCode, stderr } = await execa('sh', ['-c', install, 'sh', debianPackage], {
    env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    stdin: 'ignore',
    reject: false,
  });
  const installed = find(name);
  if (installed !== undefined) return { path: installed };
  const reason = stderr.trim().split('\n').at(-1) ?? '';
  return { missing: `${missing}; installing ${debianPackage} ended with ${exitCode}: ${reason}` };
}

/**
 * Takes turns by a lock on dpkg's own directory, which apt and dpkg do not use and of which nothing is left. The exit code
 * 101 of `/usr/sbin/policy-rc.d` forbids packages to start what they bring. Lists of packages may be missing or older than
 * the mirror, so they are fetched where it does not work without.
 * @see https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt
 */
const install = `
exec 9< /var/lib/dpkg
flock -w 600 9 || exit
policy=/usr/sbin/policy-rc.d
if ! test -e $policy; then
  trap 'rm -f $policy' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > $policy && chmod 755 $policy || exit
fi
apt() {
  apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2 -o Acquire::http::Timeout=30 "$@"
}
apt install --no-install-recommends -y "$1" || { apt update && apt install --no-install-recommends -y "$1"; }
`;

/** Root's programs are not on everyone's path. */
function find(name: string): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(delimiter);
  return [...directories, '/usr/bin', '/usr/sbin']
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
