#!/usr/bin/env -S node --max-semi-space-size=4
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Nothing else is imported before this check: an older node would stop at the first thing it does not know.
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`git-monitoring-server needs node 24 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

const manifest = import.meta.resolve('git-monitoring-server/package.json');
// Compiled code is kept beside the program; where that cannot be written, every start takes somewhat longer.
enableCompileCache(fileURLToPath(new URL('dist/.compile-cache', manifest)));

// oxlint-disable-next-line no-restricted-properties -- the one place that reads the environment
const { env } = process;

// Understood without commander, since loading that takes longer than anything else before git starts.
const [command, url, ...others] = process.argv.slice(2);
if (command === 'log' && url !== undefined && !url.startsWith('-') && others.length === 0) {
  const { log } = await import('./adapters/cli/log.ts');
  // All is written by then, and ending by itself takes node a while.
  process.exit(await log(url, env));
}

const { Command, CommanderError } = await import('commander');
const { settings } = await import('./adapters/config/variables.ts');
const { readVersion } = await import('./adapters/config/version.ts');

const environment = Object.entries(settings)
  .map(([name, { default: standard, doc }]) => `  ${name.padEnd(23)}${doc} [${standard}]`)
  .join('\n');

const program = new Command('git-monitoring-server')
  .description('The history of any git repository on a page, as JSON and under Prometheus.')
  .version(readVersion())
  .showHelpAfterError()
  .exitOverride();

program
  .command('serve')
  .description('Serves pages, JSON and metrics until it is told to stop.')
  .addHelpText('after', `\nEnvironment:\n${environment}`)
  .action(async () => {
    const { serve } = await import('./adapters/cli/serve.ts');
    process.exitCode = await serve(env, async () => import('./main.ts'));
  });

program
  .command('log')
  .argument('<url>', 'http or https url of a git repository')
  .description("Prints a repository's history, newest commit first: hash - author, date : subject.")
  .addHelpText(
    'after',
    '\nHeeds FETCH_TIMEOUT_SECONDS, FETCH_MAX_BYTES, CA_FILE, CREDENTIALS_FILE and proxies as `serve` does.',
  )
  .action(async (repository: string) => {
    const { log } = await import('./adapters/cli/log.ts');
    process.exitCode = await log(repository, env);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander ends a wrong call with 1, which here means that the work failed.
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
