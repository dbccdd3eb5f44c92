import type { JobRecord } from "../state/job.ts";
import type { ApiContext } from "./context.ts";
import { jobView } from "./job-view.ts";

/** A job as it is answered now. */
export function view({ clock, origin }: ApiContext, job: JobRecord): object {
  return jobView(job, { nowMs: clock.nowMs(), httpUrl: (label) => `${origin}/http/${label}` });
}
