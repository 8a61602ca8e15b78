import test from 'ava';
import { loggedUrl } from '../../../handlers/http/logged-url.ts';
import { serve } from '../../kit/hosts.ts';
import { threadCpuTime } from '../../kit/thread-cpu-time.ts';

const urls: readonly (readonly [url: string, logged: string])[] = [
  ['/list/red?q=a&author=Ada%20Example', '/list/red?q=a&author=Ada%20Example'],
  ['/?access_token=s3cret&q=a', '/?access_token=***&q=a'],
  ['/?q=a&Private-Token=s3cret', '/?q=a&Private-Token=***'],
  ['/?%74oken=s3cret', '/?%74oken=***'],
  [
    '/?api_key=s3cret&password=s3cret&client_secret=s3cret',
    '/?api_key=***&password=***&client_secret=***',
  ],
  ['/?token', '/?token'],
  ['/?%zztoken=s3cret', '/?%zztoken=***'],
  ['/?url=https%3A%2F%2Fada%3As3cret%40a.example%2Fx', '/?url=https%3A%2F%2Fa.example%2Fx'],
  ['/?url=https://ada:s3cret@a.example/x', '/?url=https%3A%2F%2Fa.example%2Fx'],
  ['/?q=ada@a.example', '/?q=ada@a.example'],
  ['/?q=%zz%40', '/?q=%zz%40'],
  ['http://ada:s3cret@a.example/x', 'http://a.example/x'],
  ['', ''],
];

for (const [url, logged] of urls) {
  test(`'${url}' is logged as '${logged}'`, (t) => {
    t.is(loggedUrl(url), logged);
  });
}

test('of what is very long the log has the beginning', async (t) => {
  const { ask, logged, logText } = await serve(t);
  const [query, agent] = ['q'.repeat(7000), 'u'.repeat(7000)];
  t.is((await ask(`/none?${query}`, { headers: { 'user-agent': agent } })).status, 404);
  await logged(({ msg }) => msg.startsWith('GET /none'));
  const line = logText.join('');
  t.regex(line, /"url":"\/none\?q{1994}…"/);
  t.regex(line, /"userAgent":"u{2000}…"/);
  await ask(`/${'p'.repeat(7000)}`);
  const { msg } = await logged((other) => other.msg.startsWith('GET /pp'));
  t.true(msg.length < 2100);
});

test('a url is made ready for the log in a time that grows with its length', async (t) => {
  for (const part of ['&', 'a=%40&', '@', 'token=', 'a=@', '?', '=']) {
    const { milliseconds } = await threadCpuTime(() => {
      for (let times = 0; times < 20; times++) loggedUrl(`/?${part.repeat(16_000 / part.length)}`);
    });
    t.true(milliseconds < 1000, part);
  }
});
