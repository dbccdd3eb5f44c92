export interface NextCall {
  tool: string;
  args: Record<string, unknown>;
}

/** The calls that an answer prints, `job_wait {"jobs": ["train"]}`; those with a gap to be filled (`…`) are none. */
export function nextCalls(text: string): NextCall[] {
  return [...text.matchAll(/\b((?:job|apolo)_[a-z]+) (?=\{)/g)].flatMap(
    ({ index, 0: start, 1: tool = "" }) => {
      const json = objectAt(text, index + start.length);
      return json.includes("…") ? [] : [{ tool, args: JSON.parse(json) }];
    },
  );
}

/** From a brace to the one that closes it, strings skipped. */
function objectAt(text: string, from: number): string {
  let depth = 0;
  for (const { index, 0: mark } of text.slice(from).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    depth += mark === "{" ? 1 : mark === "}" ? -1 : 0;
    if (depth === 0) return text.slice(from, from + index + 1);
  }
  throw new Error(`No call ends in ${text.slice(from)}`);
}
