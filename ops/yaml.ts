/** What YAML is made of here. */
export type Value = string | number | readonly Value[] | { readonly [key: string]: Value };

/** Writes YAML for people to read. Texts are of one line each, and in quotes unless they are one plain word. */
export function toYaml(value: Value, indent = ''): string {
  if (typeof value === 'number') return ` ${value}\n`;
  if (typeof value === 'string') {
    return /^[A-Za-z]\w{3,}$/.test(value) && !/^(?:true|false|null)$/i.test(value)
      ? ` ${value}\n`
      : ` '${value.replaceAll("'", "''")}'\n`;
  }
  const inside = `${indent}  `;
  const lines = isList(value)
    ? value.map((each) => `${indent}- ${toYaml(each, inside).trimStart()}`)
    : Object.entries(value).map(([key, each]) => `${indent}${key}:${toYaml(each, inside)}`);
  return `\n${lines.join('')}`;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
