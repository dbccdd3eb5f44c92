import type { JobDescription } from "../../client/index.ts";

/**
 * What of a job counts as a change. Run time and cost grow with every second of a running job: whoever wants
 * them reads them, nobody wants to be told.
 */
export function fingerprint({ total_price_credits: _, history, ...job }: JobDescription): string {
  const { run_time_seconds: __, ...steps } = history;
  return JSON.stringify({ ...job, history: steps });
}
