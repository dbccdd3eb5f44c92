/** A call that goes on from an answer. */
export interface NextCall {
  tool: string;
  arguments: Record<string, unknown>;
}

/** A call as an agent can copy it: `job_wait {"jobs":["train"]}`. */
export function callText({ tool, arguments: args }: NextCall): string {
  return `${tool} ${JSON.stringify(args)}`;
}
