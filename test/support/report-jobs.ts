import { wireJob } from "./jobs.ts";

interface Ran {
  /** ISO times, in UTC. */
  created: string;
  /** When it ran; absent for a job that never did. */
  ran?: [from: string, to: string] | undefined;
  /** How it ended; it still runs, or waits, if absent. */
  end?: { status: string; at: string; reason?: string; exit_code?: number } | undefined;
  credits?: string;
  gpus?: number;
}

/** A job as the platform sends it, with a history, told apart by its number. */
export function jobThat(
  number: number,
  { created, ran, end, credits = "0", gpus = 0 }: Ran,
  more: Record<string, unknown> = {},
): Record<string, unknown> & { id: string } {
  const { status = ran === undefined ? "pending" : "running", at, reason = null, exit_code } = end ?? {};
  const step = (name: string, time: string) => ({ status: name, transition_time: time, reason: null });
  return wireJob({
    id: `job-00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    status,
    statuses: [
      step("pending", created),
      ...(ran === undefined ? [] : [step("running", ran[0])]),
      ...(end === undefined ? [] : [{ ...step(status, end.at), reason, exit_code }]),
    ],
    history: {
      ...{ status, reason, created_at: created, exit_code, restarts: 0, finished_at: at },
      ...(ran === undefined ? {} : { started_at: ran[0], run_time_seconds: seconds(ran) }),
    },
    container: {
      ...{ image: "ubuntu", env: {}, volumes: [] },
      resources: { cpu: 1, memory: 2 ** 30, shm: false, ...(gpus === 0 ? {} : { nvidia_gpu: gpus }) },
    },
    total_price_credits: credits,
    ...more,
  });
}

function seconds([from, to]: [string, string]): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
