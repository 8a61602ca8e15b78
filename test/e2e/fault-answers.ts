import { z } from 'zod';
import type { RunningServer } from '../kit/program.ts';

const problem = z.object({ type: z.string(), detail: z.string() });

/** The type of the problem that an answer tells. */
export async function problemType(answer: Response): Promise<string> {
  return problem.parse(await answer.json()).type;
}

/** Whether a server says that it is ready: 200 or 503. */
export async function readyStatus({ url }: RunningServer): Promise<number> {
  return (await fetch(`${url}/readyz`)).status;
}
