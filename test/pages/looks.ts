import { everyVariant } from '../kit/counts.ts';

/** Colours and widths, in CSS pixels, in which axe looks at a page: narrow in light and wide in dark, or all four. */
export function looks(narrow: number, wide: number) {
  const all = [narrow, wide];
  return [
    { colorScheme: 'light', widths: everyVariant ? all : [narrow] },
    { colorScheme: 'dark', widths: everyVariant ? all : [wide] },
  ] as const;
}
