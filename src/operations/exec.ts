import type { Collected, CollectOptions, JobDescription, PlatformError } from "../client/index.ts";
import { whereIs } from "../jobs/identity.ts";
import { signalOf } from "../jobs/reasons/exit-codes.ts";
import type { Call } from "./caller.ts";
import { type Meant, meantJob, type Named } from "./find/owned.ts";
import { requireProcess, requireRunning } from "./find/running.ts";
import { untilTurned } from "./find/turned.ts";
import { withoutSecretsOf } from "./quoting.ts";
import { maybeDone } from "./within.ts";

const MAX_STREAM_BYTES = 7000;
/** The platform may take a moment to notice that a job has ended. */
const LOOK_MS = 3000;

/** What came of a command. */
export type Execution = Meant &
  (
    | {
        ran: Collected;
        /** The job afterwards, where that was looked at and could be read. */
        after: JobDescription | undefined;
      }
    /** Whether it was started is unknown. */
    | { ran?: undefined; error: PlatformError }
  );

/** Runs a command in a running job and waits for its end. */
export async function runInJob(
  { ref, project, seconds, ...options }: Named & CollectOptions & { seconds: number },
  call: Call,
): Promise<Execution> {
  const { platform } = call.caller;
  const target = await meantJob({ ref, project }, call);
  requireRunning(target);
  const { job } = target;
  call.changing(job);
  const limits = { maxBytes: MAX_STREAM_BYTES, where: whereIs(job) };
  try {
    const ran = await platform.jobs.execAndCollect(
      job.id,
      { ...options, ...limits },
      { signal: call.signal, timeoutMs: seconds * 1000 },
    );
    return {
      ...target,
      ran,
      after: mayHaveEndedJob(ran) ? await untilTurned(job, LOOK_MS, call) : undefined,
    };
  } catch (error) {
    await requireProcess(error, target, call);
    return { ...target, error: maybeDone(withoutSecretsOf([job], error, call.caller)) };
  }
}

/** Whether the job itself may have ended, and the command with it. */
function mayHaveEndedJob({ exitCode, timedOut }: Collected): boolean {
  return exitCode === undefined ? !timedOut : signalOf(exitCode) !== undefined;
}

/** What the platform says beyond the exit code: why nothing could be started. */
export function startTrouble({ exitMessage = "" }: Pick<Collected, "exitMessage">): string | undefined {
  return exitMessage === "" || /^command terminated with exit code \d+$/.test(exitMessage)
    ? undefined
    : exitMessage;
}
