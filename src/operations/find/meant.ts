import type { JobDescription } from "../../client/index.ts";
import type { Call } from "../caller.ts";
import { lookUp } from "../within.ts";
import { refsAgain, resolveOne } from "./index.ts";
import { requireMeant } from "./owned.ts";
import { whereOf } from "./where.ts";

/** The job that one change is for. */
export interface Meant {
  job: JobDescription;
  /** What the answer has to add about whose it is; often nothing. */
  whose: string;
  /** How the next call names it. */
  again: string;
}

/** Finds the job that is to be changed. @throws {PolicyError} it may not be, or may not be the one that is meant */
export async function meantJob(ref: string, project: string | undefined, call: Call): Promise<Meant> {
  const { platform } = call.caller;
  const where = whereOf(project);
  const job = await lookUp(call.signal, (until) => resolveOne(platform, { ref, where }, until));
  const whose = await requireMeant(job, ref, call);
  const [again = job.id] = refsAgain([job], { refs: [ref], project });
  return { job, whose, again };
}
