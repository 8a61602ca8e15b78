/**
 * Renders a template of Terraform's that has nothing but names in its braces.
 * @throws Error where a name has no value, or a value no place
 */
export function render(template: string, values: Readonly<Record<string, string>>): string {
  const used = new Set<string>();
  const text = template.replaceAll(/\$\{(.*?)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${name} has no value`);
    used.add(name);
    return value;
  });
  const unused = Object.keys(values).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`${unused.join(', ')}: not in the template`);
  return text;
}

/** The names that an expression with a call of `templatefile` gives values to. */
export function givenNames(expression: unknown, template: string): readonly string[] {
  const [, call = ''] = String(expression).split(template);
  const [, values = ''] = /^", \{\n(.*?)\n *\}\)/s.exec(call) ?? [];
  return [...values.matchAll(/^ *(\w+) *=/gm)].map(([, name = '']) => name);
}
