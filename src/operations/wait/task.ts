import { z } from "zod";
import { isFinished, type JobDescription } from "../../client/index.ts";
import type { Call } from "../caller.ts";
import { refsAgain } from "../find/index.ts";
import type { Wait } from "../tasks.ts";
import { jobsOf, type WaitQuery, type WaitResult, waitFor } from "./index.ts";

/** A wait without an end of its own. */
const LONGEST_MS = 7 * 24 * 3_600_000;
/** So long such a wait gives jobs that will not start by themselves, before it says so. */
const STUCK_MS = 45_000;
/** To read the log of jobs that have ended to its last line. */
const READING_MS = 5000;

const waitFacts = z.object({
  until: z.enum(["running", "finished", "log"]),
  pattern: z.string().optional(),
  wait_seconds: z.number().optional(),
  project: z.string().optional(),
  /** The jobs were named by their names. */
  byName: z.boolean(),
});

/** How a wait stands. */
export interface WaitLook {
  result: WaitResult;
  isOver: boolean;
}

/** Looks at the jobs, and makes of the query what there is to look at again; without `wait_seconds` it has no end. */
export async function beginWait(query: WaitQuery, call: Call): Promise<WaitLook & { wait: Wait }> {
  const startedMs = Date.now();
  const jobs = await jobsOf(query, performance.now(), call);
  const { until, pattern, wait_seconds, project } = query;
  const refs = refsAgain(jobs, { refs: query.jobs, project: undefined });
  const byName = jobs.every(({ name }, index) => name !== undefined && refs[index] === name);
  const limitMs = wait_seconds === undefined ? LONGEST_MS : wait_seconds * 1000;
  const wait = {
    startedMs,
    deadlineMs: startedMs + limitMs,
    jobs: jobs.map(({ id }) => id),
    facts: { until, pattern, wait_seconds, project, byName } satisfies z.input<typeof waitFacts>,
  };
  return { ...(await lookAt(query, { ...wait, jobs }, call)), wait };
}

/** Looks again at what a wait is for, whoever began it. */
export async function lookAgain({ facts, ...wait }: Wait, call: Call): Promise<WaitLook> {
  const { byName, ...query } = waitFacts.parse(facts);
  const jobs = await jobsOf({ ...query, jobs: wait.jobs, project: undefined }, performance.now(), call);
  const refs = byName ? jobs.map(({ id, name = id }) => name) : wait.jobs;
  return lookAt({ jobs: refs, ...query }, { ...wait, jobs }, call);
}

async function lookAt(
  query: WaitQuery,
  { jobs, startedMs, deadlineMs }: { jobs: JobDescription[]; startedMs: number; deadlineMs: number },
  call: Call,
): Promise<WaitLook> {
  const nowMs = performance.now();
  const haveEnded = jobs.every(({ status }) => isFinished(status));
  const waitedMs = Date.now() - startedMs;
  const look = { jobs, startedMs: nowMs - waitedMs, deadlineMs: haveEnded ? nowMs + READING_MS : nowMs };
  const result = await waitFor(query, look, call);
  const isHopeless =
    query.wait_seconds === undefined && result.next.reason === "stuck" && result.waitedMs >= STUCK_MS;
  const isOver = result.isOver || result.ended || isHopeless || Date.now() >= deadlineMs;
  return { result, isOver };
}
