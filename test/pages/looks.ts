import { everyVariant } from '../kit/counts.ts';

const [light, dark] = ['light', 'dark'] as const;

/** Colours and widths, in CSS pixels, in which axe looks at a page: a phone's in light and a wall's in dark, or all four. */
export const looks = everyVariant
  ? [
      { colorScheme: light, widths: [320, 2560] },
      { colorScheme: dark, widths: [320, 2560] },
    ]
  : [
      { colorScheme: light, widths: [320] },
      { colorScheme: dark, widths: [2560] },
    ];
