import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import { z } from 'zod';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

const report = z.object({
  diagnostics: z.array(
    z.object({
      code: z.string(),
      filename: z.string(),
      labels: z.array(z.object({ span: z.object({ line: z.number() }) })),
    }),
  ),
});

export interface Complaint {
  /** `plugin(rule)`. */
  readonly rule: string;
  readonly file: string;
  /** The source line complained about. */
  readonly source: string;
}

const root = join(import.meta.dirname, '../..');

/** What the project's linter says of a project that holds these files (contents by path) and nothing else. */
export async function lint(
  t: ExecutionContext,
  files: Readonly<Record<string, string>>,
): Promise<Complaint[]> {
  const project = await temporaryDirectory(t);
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'));
  for (const config of ['oxlint.config.ts', 'tsconfig.json', 'package.json']) {
    await copyFile(join(root, config), join(project, config));
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }
  const { stdout } = await execa('oxlint', ['--format', 'json'], {
    cwd: project,
    preferLocal: true,
    reject: false,
  });
  return report.parse(JSON.parse(stdout)).diagnostics.map(({ code, filename, labels }) => {
    const line = labels[0]?.span.line ?? 0;
    return {
      rule: code,
      file: filename,
      source: files[filename]?.split('\n')[line - 1] ?? '',
    };
  });
}
