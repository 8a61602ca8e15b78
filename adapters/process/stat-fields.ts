/**
 * What `/proc/N/stat` tells after the command: state, parent, group and more. The command, in parentheses, may hold anything.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function statFields(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
