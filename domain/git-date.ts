const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const months = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const;

/** Seconds in 400 years of the Gregorian calendar, after which dates and weekdays repeat. */
const era = 12_622_780_800;

/** git keeps years in C's `int`, counted from 1900; later ones it prints as the epoch. */
const lastYear = 2 ** 31 - 1 + 1900;

/**
 * Writes a date as git does by default, `Thu Nov 24 08:22:33 2026 +0100`, from what `--date=raw` prints,
 * `1795508553 +0100`. Null where git has no date (`''`) or refuses: a local time before 1970, on which `git log`
 * itself would die. Follows `show_date` and `gm_time_t` of git's date.c.
 */
export function formatGitDate(raw: string): string | null {
  const space = raw.indexOf(' ');
  if (space < 1) return null;
  const zone = raw.slice(space + 1);
  const offset = Math.abs(Number(zone));
  const minutes = Math.floor(offset / 100) * 60 + (offset % 100);
  const shift = zone.startsWith('-') ? -minutes * 60 : minutes * 60;

  const { seconds, eras } = split(raw.slice(0, space));
  const local = seconds + shift;
  if (eras === 0 && local < 0) return null;

  const date = new Date(local * 1000);
  const year = date.getUTCFullYear() + eras * 400;
  if (year > lastYear) return 'Thu Jan 1 00:00:00 1970 +0000';
  const weekday = weekdays[date.getUTCDay()] ?? '';
  const month = months[date.getUTCMonth()] ?? '';
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  // The sum of years and 1900 overflows an int in git, too, for the very last of them.
  return `${weekday} ${month} ${date.getUTCDate()} ${time} ${year | 0} ${zone}`;
}

/** Takes whole eras off a number of seconds that may be too long to be exact as a number, or for `Date`. */
function split(digits: string): { readonly seconds: number; readonly eras: number } {
  if (digits.length <= 12) return { seconds: Number(digits), eras: 0 };
  const exact = BigInt(digits);
  return { seconds: Number(exact % BigInt(era)), eras: Number(exact / BigInt(era)) };
}

function two(part: number): string {
  return part < 10 ? `0${part}` : String(part);
}
