import { serve, type Answer } from './git-backend.ts';
import { status } from './git-faults.ts';

/** Answers whoever gives that name and password by Basic authentication, and asks everybody else for them. */
export function toThoseWhoKnow(
  { user, password }: { readonly user: string; readonly password: string },
  answer: Answer = serve(),
): Answer {
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const ask = status(401, { 'www-authenticate': 'Basic realm="git"' });
  return (exchange) => (exchange.request.headers.authorization === wanted ? answer : ask)(exchange);
}

/** The ways in which a secret could stand somewhere. */
export function spellings({
  user,
  password,
}: {
  readonly user: string;
  readonly password: string;
}): readonly string[] {
  return [
    password,
    JSON.stringify(password).slice(1, -1),
    encodeURIComponent(password),
    encodeURI(password),
    new URLSearchParams({ password }).toString().slice('password='.length),
    Buffer.from(password).toString('hex'),
    Buffer.from(password).toString('base64').replace(/=+$/, ''),
    Buffer.from(`${user}:${password}`).toString('base64').replace(/=+$/, ''),
    // As part of a longer text its first characters are others.
    Buffer.from(`${user}:${password}`).toString('base64url').replace(/=+$/, ''),
  ];
}
