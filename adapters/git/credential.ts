/** What a remote is told of who asks, and which remote that is. */
export interface Credential {
  /** `https://git.example.org` or with a port: nothing is told to any other origin. */
  readonly origin: string;
  /** The decoded path below which it holds, without a slash at its end; empty for all of the origin. */
  readonly prefix: string;
  readonly user: string;
  readonly password: string;
}

/** The credential for a url, if there is one. */
export type FindCredential = (url: string) => Credential | undefined;

/**
 * A credential helper in the words of a shell, which git starts where a remote asks who is there and tells what it asks for.
 * It reads the secret from its environment, so no argument and no file holds it, and compares for itself: after a redirect
 * git asks for the place that it was led to. `http.extraHeader` would go there unasked.
 * https://git-scm.com/docs/gitcredentials#_custom_helpers
 */
const helper = `!answer() {
  test "$1" = get || return 0
  while IFS= read -r line; do
    case $line in
      protocol=*) protocol=\${line#*=} ;;
      host=*) host=\${line#*=} ;;
      path=*) path=\${line#*=} ;;
    esac
  done
  test "$protocol://$host" = "$GITMON_ORIGIN" || return 0
  case "/$path/" in
    */../*) ;;
    "$GITMON_PREFIX"/*) printf 'username=%s\\npassword=%s\\n' "$GITMON_USER" "$GITMON_PASSWORD" ;;
  esac
}
answer`;

/** Configuration and environment by which a git process can use a credential, and the texts that no log may repeat. */
export function usable({ origin, prefix, user, password }: Credential) {
  return {
    config: { 'credential.helper': helper, 'credential.useHttpPath': 'true' },
    env: {
      GITMON_ORIGIN: origin,
      GITMON_PREFIX: prefix,
      GITMON_USER: user,
      GITMON_PASSWORD: password,
    },
    secrets: [
      password,
      encodeURIComponent(password),
      Buffer.from(`${user}:${password}`).toString('base64').replace(/=+$/, ''),
    ],
  };
}
