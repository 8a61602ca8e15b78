import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledDirectory, viewsDirectory } from './directory.ts';

const pico = 'pico.min.css';

/** The directory that holds a file of `/static`: scripts are compiled, and the style sheet that pages build on comes from its package. */
export function assetDirectory(file: string): string {
  if (file.startsWith('js/')) return compiledDirectory;
  return file === pico
    ? dirname(fileURLToPath(import.meta.resolve(`@picocss/pico/css/${pico}`)))
    : join(viewsDirectory, 'static');
}
