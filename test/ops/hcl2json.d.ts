// The package's own types bring in those of browsers, for every file.
export function parse(name: string, text: string): Promise<unknown>;
