import type { NextCall } from "../../operations/next.ts";

/** A call as an agent can copy it: `job_wait {"jobs":["train"]}`. */
export function tightCallText({ tool, arguments: args }: NextCall): string {
  return `${tool} ${JSON.stringify(args)}`;
}
