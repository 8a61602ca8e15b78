import test from 'ava';
import { execa } from 'execa';

const log = new URL('../../adapters/log/logger.ts', import.meta.url).href;

/** What is logged of a text, as it is written. */
async function logged(text: string): Promise<string> {
  const script = `
    import { createLog } from ${JSON.stringify(log)};
    const { logger, close } = createLog('info');
    logger.info({ text: process.env.TEXT }, process.env.TEXT);
    close();
  `;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', script], {
    env: { TEXT: text },
  });
  return stdout;
}

test('a line of the log holds no control character, nor one that changes how a text reads', async (t) => {
  const text =
    'a\u001b[31m\u007f\u0080\u009b31m\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069 é 😀 \\u009b';
  const line = await logged(text);
  t.notRegex(line, /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
  t.true(
    line.includes(
      String.raw`\u009b31m\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069 é 😀 \\u009b`,
    ),
    line,
  );
  t.like(JSON.parse(line), { text, msg: text });
});
