import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { findProgram } from '../../adapters/git/check-git.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

const ops = join(import.meta.dirname, '../../ops');
const path = process.env['PATH'] ?? '';

/** A directory of programs: bash and what it needs, and stand-ins that write down how they were called. */
async function programs(t: ExecutionContext, standIns: Readonly<Record<string, string>>) {
  const directory = await temporaryDirectory(t);
  const bin = join(directory, 'bin');
  await mkdir(bin);
  for (const name of ['bash', 'cat', 'dirname', 'tr', 'sh', 'mkdir']) {
    await symlink(findProgram(name, path) ?? '', join(bin, name));
  }
  const calls = join(directory, 'calls');
  await writeFile(calls, '');
  for (const [name, script] of Object.entries(standIns)) {
    const file = join(bin, name);
    await writeFile(file, `#!/bin/sh\necho ${name} "$@" >> ${calls}\n${script}\n`);
    await chmod(file, 0o755);
  }
  return {
    run: (script: string, ...args: readonly string[]) =>
      execa(join(ops, script), args, {
        cwd: directory,
        env: { PATH: bin, DOCKER_HOST: '', TF_DATA_DIR: join(directory, 'tf') },
        extendEnv: false,
        reject: false,
      }),
    calls: async () => (await readFile(calls, 'utf8')).trim().split('\n'),
    directory,
  };
}

/** What terraform does, as far as the scripts see it. */
const terraform = `case $1 in
  init) mkdir -p "$TF_DATA_DIR/providers" ;;
  console) read -r name; case $name in
    var.build_server) echo true ;;
    var.server_image) echo '"server:1"' ;;
    var.base_image) echo '"base:1"' ;;
  esac ;;
  output) echo "http://127.0.0.1/$3" ;;
esac`;

test('the scripts pass shellcheck', async (t) => {
  if (findProgram('shellcheck', path) === undefined) {
    t.log('left out: shellcheck, which is not on this machine');
    t.pass();
    return;
  }
  const files = ['ops/deploy.sh', 'ops/teardown.sh', '.ci/run'].map((name) =>
    join(ops, '..', name),
  );
  const { stdout } = await execa('shellcheck', files, { reject: false });
  t.is(stdout, '');
});

test('both say what they do, from any directory and without any tool', async (t) => {
  const { run } = await programs(t, {});
  for (const script of ['deploy.sh', 'teardown.sh']) {
    for (const flag of ['-h', '--help']) {
      const { stdout, exitCode } = await run(script, flag);
      t.is(exitCode, 0);
      t.regex(stdout, new RegExp(`^Usage: ops/${script} `));
    }
    const wrong = await run(script, 'everything');
    t.is(wrong.exitCode, 1);
    t.is(wrong.stderr, `${script}: unknown argument: everything (--help tells what there is)`);
  }
});

test('a tool that is missing, or an engine that is down, is named in one line', async (t) => {
  const tools = { docker: '', terraform: '', curl: '' };
  for (const [missing, message] of [
    ['docker', /^deploy\.sh: docker was not found; install it: \S+$/],
    ['terraform', /^deploy\.sh: terraform was not found; install 1\.5 or newer: \S+$/],
    ['curl', /^deploy\.sh: curl was not found; install it\.$/],
  ] as const) {
    const { [missing]: _, ...others } = tools;
    const { stderr, exitCode } = await (await programs(t, others)).run('deploy.sh');
    t.is(exitCode, 1);
    t.regex(stderr, message);
  }
  const down = await (await programs(t, { ...tools, docker: 'exit 1' })).run('deploy.sh');
  t.is(down.exitCode, 1);
  t.regex(
    down.stderr,
    /^deploy\.sh: no Docker engine answers at [^\n]*; start it, or set DOCKER_HOST\.$/,
  );
});

test('an engine that takes a connection and says nothing is given 30 seconds, then named in one line', async (t) => {
  const [sleep, timeout] = ['sleep', 'timeout'].map((name) => findProgram(name, path));
  const { run, calls, directory } = await programs(t, {
    docker: `[ ! -e "$(dirname "$0")/hangs" ] || exec ${sleep} 600`,
    terraform,
    curl: '',
    // Seconds become tenths of a second.
    timeout: `seconds=$1\nshift\nexec ${timeout} "0.$seconds" "$@"`,
  });
  await run('deploy.sh');
  await writeFile(join(directory, 'bin', 'hangs'), '');
  for (const script of ['deploy.sh', 'teardown.sh']) {
    const { stderr, exitCode } = await run(script);
    t.is(exitCode, 1);
    t.is(
      stderr,
      `${script}: no Docker engine answers at the usual socket; start it, or set DOCKER_HOST.`,
    );
    t.deepEqual((await calls()).slice(-2), [
      'timeout 30 docker version --format {{.Server.Version}}',
      'docker version --format {{.Server.Version}}',
    ]);
  }
});

test('deploying builds what is missing, initialises once, applies once, waits and says where all is', async (t) => {
  const { run, calls, directory } = await programs(t, {
    docker: '[ "$1 $2" != "image inspect" ]',
    terraform,
    curl: '',
  });
  const { stdout, exitCode } = await run('deploy.sh', '-var', 'expose=true', '-var-file=my.tfvars');
  t.is(exitCode, 0);
  const file = `-var-file=${directory}/my.tfvars`;
  const made = (await calls()).filter((line) => !/ (?:console|output|version) /.test(line));
  t.deepEqual(made.slice(0, 4), [
    'terraform init -input=false',
    'docker image inspect server:1',
    `docker build --build-arg BASE_IMAGE=base:1 --tag server:1 ${ops}/..`,
    `terraform apply -input=false -auto-approve -var expose=true ${file}`,
  ]);
  t.regex(made[4] ?? '', /^curl .* http:\/\/127\.0\.0\.1\/grafana_url\/api\/health$/);
  t.regex(stdout, /^Dashboards +http:\/\/127\.0\.0\.1\/grafana_url \(user admin\)$/m);

  await run('deploy.sh');
  const all = await calls();
  t.is(all.filter((line) => line.startsWith('terraform init')).length, 1);
  t.is(all.filter((line) => line.startsWith('terraform apply')).length, 2);
});

test('tearing down removes everything, or everything but what holds data, and nothing where nothing is', async (t) => {
  const { run, calls } = await programs(t, { docker: '', terraform, curl: '' });
  const nothing = await run('teardown.sh');
  t.is(nothing.stdout, 'Nothing was deployed from here.');
  await run('deploy.sh');
  await run('teardown.sh', '-var', 'expose=true');
  await run('teardown.sh', '--keep-data');
  const destroyed = (await calls()).filter((line) => line.startsWith('terraform destroy'));
  t.deepEqual(destroyed, [
    'terraform destroy -input=false -auto-approve -var expose=true',
    'terraform destroy -input=false -auto-approve -target=docker_network.stack ' +
      ['server', 'prometheus', 'grafana', 'alertmanager']
        .map((name) => `-target=module.${name}_config`)
        .join(' '),
  ]);
});
