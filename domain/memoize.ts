/** How many answers are remembered, and of how long a text. */
const most = 1000;
const longest = 500;

/**
 * The same function, which looks at a text that it has seen lately no second time. Clients send few different headers again
 * and again; whoever sends ever new ones makes it forget, and waits as long as before.
 * @param read gives the same for the same text, which is no part of a longer one: V8 would keep all of that
 */
export function memoize<Answer>(read: (text: string) => Answer): (text: string) => Answer {
  const known = new Map<string, { readonly answer: Answer }>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before.answer;
    const answer = read(text);
    if (text.length > longest) return answer;
    if (known.size >= most) known.clear();
    known.set(text, { answer });
    return answer;
  };
}
