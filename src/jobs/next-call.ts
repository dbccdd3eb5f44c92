/** A call that goes on from an answer. */
export interface NextCall {
  tool: string;
  arguments: Record<string, unknown>;
}

/** A call as an agent can copy it: `job_wait {"jobs": ["train"]}`. */
export function callText({ tool, arguments: args }: NextCall): string {
  const pairs = Object.entries(args)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `${tool} {${pairs.join(", ")}}`;
}

/** The same without blanks, where the arguments can be many. */
export function tightCallText({ tool, arguments: args }: NextCall): string {
  return `${tool} ${JSON.stringify(args)}`;
}
