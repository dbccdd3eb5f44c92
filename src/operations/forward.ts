import { isFinished, type JobDescription, PlatformError, type StatusOutcome } from "../client/index.ts";
import { identityOf, whereIs } from "../jobs/identity.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import type { Asking, Call, OpenForward } from "./caller.ts";
import { lookUp } from "./within.ts";

const MOST_FORWARDS = 20;
const CHECK_MS = 3000;

/** Opens a local port into a job; it lives as long as the caller, not as long as this call. */
export async function openForward(
  job: JobDescription,
  { port, localPort }: { port: number; localPort: number | undefined },
  call: Call,
): Promise<{ forward: OpenForward; isRefused: boolean }> {
  const { platform, forwards } = call.caller;
  if (forwards.size >= MOST_FORWARDS) await listForwards(call);
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
  call.changing(job);
  const opened = await platform.jobs.portForward(job.id, { port, localPort, where, onError });
  const forward = Object.assign(entry, { localPort: opened.localPort, close: () => opened.close() });
  forwards.set(String(opened.localPort), forward);
  // Whatever else goes wrong here is told by the first connection that is wanted.
  const isRefused = await opened.check({ signal: call.signal, timeoutMs: CHECK_MS }).then(
    () => false,
    (error: unknown) => error instanceof PlatformError && error.code === "invalid_request",
  );
  // A call that was given up is not answered, so nobody would know of the port.
  if (call.signal.aborted) await close([forward], forwards);
  call.signal.throwIfAborted();
  return { forward, isRefused };
}

export async function closeForward(
  localPort: number | undefined,
  { caller: { forwards } }: Call,
): Promise<OpenForward> {
  const found = forwards.get(String(localPort ?? ""));
  if (found === undefined) {
    const [first] = forwards.keys();
    const ports = [...forwards.keys()].join(", ") || "none";
    throw new InvalidInputError(`close: say local_port, one of those open: ${ports}.`, {
      example: first === undefined ? undefined : { action: "close", local_port: Number(first) },
    });
  }
  await close([found], forwards);
  return found;
}

async function close(closing: readonly OpenForward[], forwards: Map<string, OpenForward>): Promise<void> {
  for (const { localPort } of closing) forwards.delete(String(localPort));
  await Promise.all(closing.map((forward) => forward.close()));
}

/** The open ports, and those that were closed just now. */
export interface Forwards {
  open: { forward: OpenForward; isUnknown: boolean }[];
  /** A port leads nowhere once its job has ended: such are closed when somebody looks. */
  ended: { forward: OpenForward; status: string }[];
}

export async function listForwards({ caller: { platform, forwards }, signal }: Asking): Promise<Forwards> {
  const ids = [...new Set(Array.from(forwards.values(), ({ job }) => job.id))];
  if (ids.length === 0) return { open: [], ended: [] };
  const seen = await lookUp(signal, (until) => platform.jobs.statusMany(ids, {}, { signal: until }));
  const ends = new Map(seen.map((outcome) => [outcome.ref, endOf(outcome)]));
  const open: Forwards["open"] = [];
  const ended: Forwards["ended"] = [];
  for (const forward of forwards.values()) {
    const status = ends.get(forward.job.id) ?? "active";
    if (status === "active" || status === "unknown") open.push({ forward, isUnknown: status === "unknown" });
    else ended.push({ forward, status });
  }
  await close(
    ended.map(({ forward }) => forward),
    forwards,
  );
  return { open, ended };
}

/** How a job has ended, if it has. */
function endOf(outcome: StatusOutcome): string {
  if ("error" in outcome) return outcome.error.code === "not_found" ? "not found" : "unknown";
  return isFinished(outcome.job.status) ? outcome.job.status : "active";
}
