import { isFinished, type JobDescription, type Platform } from "../client/index.ts";
import { identityOf, whereIs } from "../jobs/identity.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import type { Call, OpenForward } from "./caller.ts";
import { lookUp } from "./within.ts";

const MOST_FORWARDS = 20;

/** Opens a local port into a job; it lives as long as the caller, not as long as this call. */
export async function openForward(
  job: JobDescription,
  { port, localPort }: { port: number; localPort: number | undefined },
  call: Call,
): Promise<OpenForward> {
  const { platform, forwards } = call.caller;
  if (forwards.size >= MOST_FORWARDS) await closeEnded(call);
  if (forwards.size >= MOST_FORWARDS) {
    throw new InvalidInputError(
      `${MOST_FORWARDS} ports are open already: close one first (action list, then close).`,
    );
  }
  const entry = { job: identityOf(job), port, failures: 0 };
  const onError = () => {
    entry.failures += 1;
  };
  const where = whereIs(job);
  const opened = await platform.jobs.portForward(job.id, { port, localPort, where, onError });
  const forward = Object.assign(entry, { localPort: opened.localPort, close: () => opened.close() });
  forwards.set(String(opened.localPort), forward);
  return forward;
}

export async function closeForward(
  localPort: number | undefined,
  { caller: { forwards } }: Call,
): Promise<OpenForward> {
  const found = forwards.get(String(localPort ?? ""));
  if (found === undefined) {
    const ports = [...forwards.keys()].join(", ") || "none";
    throw new InvalidInputError(`close: say local_port, one of those open: ${ports}.`);
  }
  forwards.delete(String(localPort));
  await found.close();
  return found;
}

/** The open ports, and those that were closed just now. */
export interface Forwards {
  open: { forward: OpenForward; isUnknown: boolean }[];
  /** A port leads nowhere once its job has ended: such are closed when somebody looks. */
  ended: { forward: OpenForward; status: string }[];
}

export async function listForwards(call: Call): Promise<Forwards> {
  const { ended, unknown } = await closeEnded(call);
  const open = Array.from(call.caller.forwards.values(), (forward) => ({
    forward,
    isUnknown: unknown.has(forward.job.id),
  }));
  return { open, ended };
}

/** Those that were closed, and the ids of jobs that could not be looked at. */
async function closeEnded({ caller: { platform, forwards }, signal }: Call) {
  const open = [...forwards.values()];
  const refs = [...new Set(open.map(({ job }) => job.id))];
  const looks = refs.length === 0 ? [] : await lookUp(signal, (until) => statuses(refs, platform, until));
  const ends = new Map(looks.flatMap(({ id, end }) => (end === undefined ? [] : [[id, end] as const])));
  const ended = open.flatMap((forward) => {
    const status = ends.get(forward.job.id);
    return status === undefined ? [] : [{ forward, status }];
  });
  for (const { forward } of ended) forwards.delete(String(forward.localPort));
  await Promise.all(ended.map(({ forward }) => forward.close()));
  return { ended, unknown: new Set(looks.filter(({ isUnknown }) => isUnknown).map(({ id }) => id)) };
}

/** How each job has ended, if it has. */
async function statuses(refs: readonly string[], platform: Platform, signal: AbortSignal) {
  const outcomes = await platform.jobs.statusMany(refs, {}, { signal });
  return outcomes.map((outcome) => {
    if ("job" in outcome) {
      const { status } = outcome.job;
      return { id: outcome.ref, isUnknown: false, end: isFinished(status) ? status : undefined };
    }
    const isGone = outcome.error.code === "not_found";
    return { id: outcome.ref, isUnknown: !isGone, end: isGone ? "not found" : undefined };
  });
}
