import { isFinished, type JobDescription } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import type { View } from "../../jobs/standing.ts";
import type { Call } from "../caller.ts";
import { resolveAll } from "../find/index.ts";
import { whereOf } from "../find/where.ts";
import { patiently } from "../patience.ts";
import { untilLine } from "./line.ts";
import { type NextStep, nextStep } from "./next.ts";
import type { Outcome, WaitQuery } from "./outcome.ts";
import { untilState } from "./state.ts";

/** What a wait came to, and how to go on. */
export interface WaitResult extends Outcome {
  waitedMs: number;
  view: View;
  next: NextStep;
}

/** Waits until all jobs are as wanted, one of them prints a line, or the time is over. */
export async function waitForJobs(query: WaitQuery, call: Call): Promise<WaitResult> {
  const { jobs: refs, until, pattern, wait_seconds, project } = query;
  if ((until === "log") !== (pattern !== undefined))
    throw new InvalidInputError('pattern goes with until: "log", and until: "log" needs a pattern.');
  const { platform } = call.caller;
  const startedMs = Date.now();
  const deadlineMs = startedMs + wait_seconds * 1000;
  const jobs = await patiently(deadlineMs, call.signal, (signal) =>
    resolveAll(platform, { refs, where: whereOf(project) }, signal),
  );
  const wait = { jobs, deadlineMs, startedMs };
  const isReached = until === "running" ? hasStarted : hasEnded;
  const outcome =
    pattern === undefined ? await untilState(isReached, wait, call) : await untilLine(pattern, wait, call);
  const { user: me } = await platform.context({ signal: call.signal });
  const nowMs = Date.now();
  const next = nextStep(query, outcome, nowMs);
  return { ...outcome, waitedMs: nowMs - startedMs, view: { nowMs, me }, next };
}

function hasEnded({ status }: JobDescription): boolean {
  return isFinished(status);
}

function hasStarted({ status }: JobDescription): boolean {
  return status === "running" || isFinished(status);
}
