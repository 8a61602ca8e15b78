import { withoutCredentials } from '../../domain/index.ts';

/** Names of parameters that hold secrets. This server has none such; a token put into one by mistake is still a token. */
const secretName = /token|passw|pwd|secret|key|credential|auth(?!or)/i;

/** Without any of these there is nothing to hide: nearly every target, and looking at each parameter takes ten times as long. */
const suspicious = new RegExp(`[@%]|${secretName.source}`, 'i');

/** The target of a request for the log: without the values of secret parameters, and credentials of urls. */
export function loggedUrl(target: string): string {
  if (!suspicious.test(target)) return target;
  const start = target.indexOf('?');
  if (start === -1) return withoutCredentials(target);
  const parameters = target
    .slice(start + 1)
    .split('&')
    .map(loggedParameter);
  return `${withoutCredentials(target.slice(0, start))}?${parameters.join('&')}`;
}

function loggedParameter(parameter: string): string {
  const end = parameter.indexOf('=');
  if (end === -1) return parameter;
  const name = parameter.slice(0, end);
  if (secretName.test(decoded(name))) return `${name}=***`;
  const value = decoded(parameter.slice(end + 1));
  const shown = withoutCredentials(value);
  return shown === value ? parameter : `${name}=${encodeURIComponent(shown.toWellFormed())}`;
}

/** The text as it stands where it cannot be decoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
