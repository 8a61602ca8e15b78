/** A shell's program: what a user of git would do instead, without the mailmap, for which git would ask the remote once more. */
export const gitAlone = `cd "$1" &&
  git init --quiet --bare &&
  git fetch --filter=tree:0 --no-tags "$2" HEAD &&
  exec git log --no-mailmap --abbrev=10 --pretty=format:'%h - %an, %ad : %s' FETCH_HEAD`;
