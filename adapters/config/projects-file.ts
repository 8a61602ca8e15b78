import { readFileSync } from 'node:fs';
import { DomainError } from '../../domain/errors.ts';
import type { DeclaredProject } from '../../domain/index.ts';
import { parseProjectName, parseRepositoryUrl } from '../../domain/project.ts';
import { ConfigError } from './variables.ts';
import { Mistakes, requireSmallFile } from './small-file.ts';

/**
 * Reads the projects of a file: a name and a url on each line, with white space between. Empty lines and those that begin
 * with # say nothing.
 * @throws ConfigError that has a line for each of the first mistakes, or tells that the file is too large
 */
export function readProjectsFile(file: string): readonly DeclaredProject[] {
  const setting = `PROJECTS_FILE=${JSON.stringify(file)}`;
  const projects = new Map<string, DeclaredProject>();
  const mistakes = new Mistakes();
  for (const [index, line] of readText(file, setting).split('\n').entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    try {
      const project = readLine(text);
      if (projects.has(project.name)) throw new DomainError('bad_name', 'The name comes twice.');
      projects.set(project.name, project);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      mistakes.add(`${setting}: line ${index + 1}: ${error.message}`);
    }
  }
  mistakes.throwIfAny();
  return [...projects.values()];
}

function readLine(line: string): DeclaredProject {
  const [name = '', url = '', ...others] = line.split(/\s+/);
  if (others.length > 0) {
    throw new DomainError('bad_url', 'A line holds a name and a url, and nothing else.');
  }
  return { name: parseProjectName(name), url: parseRepositoryUrl(url) };
}

function readText(file: string, setting: string): string {
  requireSmallFile(file, setting);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${setting}: expected a file that can be read`, { cause });
  }
}
