import test from 'ava';
import { withoutCredentials } from '../../domain/index.ts';
import { threadCpuTime } from '../kit/thread-cpu-time.ts';

const texts: readonly (readonly [text: string, shown: string])[] = [
  ['https://ada:s3cret@git.example.org/x.git', 'https://git.example.org/x.git'],
  ['https://s3cret@git.example.org/x.git', 'https://git.example.org/x.git'],
  [' HTTPS://ada:s3c@ret@git.example.org/x@y', ' HTTPS://git.example.org/x@y'],
  ['https://ada:s3c/ret@git.example.org/x', 'https://git.example.org/x'],
  ['https://ada:s3c#ret@git.example.org/x', 'https://git.example.org/x'],
  ['//ada:s3cret@git.example.org/x', '//git.example.org/x'],
  ['ssh://ada:s3cret@git.example.org/x', 'ssh://git.example.org/x'],
  ['ada:s3cret@git.example.org/x', 'git.example.org/x'],
  // Nothing to hide.
  ['https://git.example.org/@scope/x?a=b@c', 'https://git.example.org/@scope/x?a=b@c'],
  ['https://git.example.org:8443/x', 'https://git.example.org:8443/x'],
  ['git@github.com:redis/redis.git', 'git@github.com:redis/redis.git'],
  ['ssh://git@github.com/redis/redis.git', 'ssh://git@github.com/redis/redis.git'],
  ['github.com/redis/redis', 'github.com/redis/redis'],
  ['', ''],
];

for (const [text, shown] of texts) {
  test(`'${text}' is shown as '${shown}'`, (t) => {
    t.is(withoutCredentials(text), shown);
  });
}

test('looking for credentials takes a time that grows with the length of the text', async (t) => {
  for (const part of ['@', ':', 'a:', '//', ':@', ' ', 'a']) {
    const { milliseconds } = await threadCpuTime(() => {
      for (let times = 0; times < 20; times++) withoutCredentials(part.repeat(8192));
    });
    t.true(milliseconds < 1000, part);
  }
});
