#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Nothing else is imported before this check: an older node would stop at the first thing it does not know.
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`git-monitoring-server needs node 24 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

// Compiled code is kept beside the program; where that cannot be written, a start takes some 50 ms longer.
const root = dirname(fileURLToPath(import.meta.resolve('git-monitoring-server/package.json')));
enableCompileCache(join(root, 'dist', '.compile-cache'));

const { Command, CommanderError } = await import('commander');
const { log, serve, version } = await import('./main.ts');
const { settings } = await import('./settings.ts');

const environment = Object.entries(settings)
  .map(([name, { standard, about }]) => `  ${name.padEnd(23)}${about} [${standard}]`)
  .join('\n');

const program = new Command('git-monitoring-server')
  .description('The history of any git repository on a page, as JSON and under Prometheus.')
  .version(version())
  .showHelpAfterError()
  .exitOverride();

program
  .command('serve')
  .description('Serves pages, JSON and metrics until it is told to stop.')
  .addHelpText('after', `\nEnvironment:\n${environment}`)
  .action(async () => {
    process.exitCode = await serve();
  });

program
  .command('log')
  .argument('<url>', 'http or https url of a git repository')
  .description("Prints a repository's history, newest commit first: hash - author, date : subject.")
  .action(async (url: string) => {
    process.exitCode = await log(url);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander ends a wrong call with 1, which here means that the work failed.
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
