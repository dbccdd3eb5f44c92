import type { JobDescription, Preset } from "../../client/index.ts";
import type { Call } from "../caller.ts";
import type { Wait } from "../tasks.ts";
import { lookAtStarted, type Watched } from "./wait.ts";

/** A started job that is waited for between calls; `watched` once there is nothing more to wait for. */
interface StartLook {
  job: JobDescription;
  watched?: Watched | undefined;
  /** Later jobs of the same request, as they are now. */
  twins: JobDescription[];
  /** Of its cluster. */
  presets: Preset[];
}

/** Looks again at the one job of a start, whoever started it; the other ids are those of its twins. */
export async function lookAtStart(
  { jobs: [id = "", ...later], deadlineMs }: Wait,
  call: Call,
): Promise<StartLook> {
  const { platform } = call.caller;
  const { signal } = call;
  const job = await platform.jobs.status(id, {}, { signal });
  const twins = await Promise.all(later.map((each) => platform.jobs.status(each, {}, { signal })));
  const { clusters } = await platform.context({ signal });
  const presets = clusters.find(({ name }) => name === job.cluster_name)?.presets ?? [];
  return { job, watched: await lookAtStarted(job, deadlineMs, call), twins, presets };
}
