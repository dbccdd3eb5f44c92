import { type CallOptions, orAbort, pause, type Where } from "./call.ts";
import { type Connection, imageBase } from "./connection.ts";
import { PlatformError, UnknownOutcomeError } from "./errors.ts";
import { imageToString } from "./images.ts";
import type { JobDescription } from "./job.ts";
import { listJobs } from "./list.ts";
import { mayHaveHappened } from "./network-error.ts";
import { planStart, startJob } from "./start.ts";
import type { StartOptions, WireStartBody } from "./start-body.ts";

/** How long a job whose start was not answered is looked for. */
const LOOKUP_MS = 10_000;
const FIRST_WAIT_MS = 250;
const PASSED_CONFIG = "NEURO_PASSED_CONFIG";

/** The job of a start, and whether it is that of an earlier call. */
export interface Started {
  job: JobDescription;
  repeated: boolean;
}

/** How a start is kept from happening twice. */
export interface OnceOptions {
  /** 1 to 252 characters without blanks; the job carries it as a tag. */
  requestId: string;
  /** Nobody can have used the id before: no search for an earlier job. */
  isNew?: boolean | undefined;
  /** How long a job whose start was not answered is looked for, in milliseconds; 10,000 by default. */
  lookupMs?: number | undefined;
}

/** Starts under way by request id: a second call with the same id waits, and then finds the first one's job. */
const underWay = new WeakMap<Connection, Map<string, Promise<Started>>>();

/** The tag that marks a job as started by one request. */
export function requestTag(requestId: string): string {
  return `mcp:${requestId}`;
}

/**
 * Starts a job at most once per `requestId`: a job that carries its tag is returned instead; when the answer of
 * the start is lost, the tag is looked up. The caller decides whether the id can have been seen before.
 * @throws {PlatformError} `conflict` when the earlier job was asked for differently · {UnknownOutcomeError}
 */
export async function startOnce(
  at: Connection,
  once: OnceOptions & { options: StartOptions },
  call?: CallOptions,
): Promise<Started> {
  const starts = underWay.get(at) ?? new Map<string, Promise<Started>>();
  underWay.set(at, starts);
  const earlier = starts.get(once.requestId);
  const started = earlier === undefined ? startNow(at, once, call) : startAfter(earlier, { at, once }, call);
  starts.set(once.requestId, started);
  try {
    return await started;
  } finally {
    if (starts.get(once.requestId) === started) starts.delete(once.requestId);
  }
}

async function startAfter(
  earlier: Promise<Started>,
  { at, once }: { at: Connection; once: OnceOptions & { options: StartOptions } },
  call?: CallOptions,
): Promise<Started> {
  await orAbort(
    earlier.catch(() => undefined),
    call?.signal,
  );
  return startNow(at, { ...once, isNew: false }, call);
}

async function startNow(
  at: Connection,
  { options, requestId, isNew = false, lookupMs = LOOKUP_MS }: OnceOptions & { options: StartOptions },
  call?: CallOptions,
): Promise<Started> {
  if (!/^\S{1,252}$/.test(requestId))
    throw new PlatformError("invalid_argument", "request_id must be 1 to 252 characters without blanks.");
  const tagged = { ...options, tags: [...(options.tags ?? []), requestTag(requestId)] };
  const { body } = await planStart(at, tagged, call);
  const earlier = isNew ? undefined : await startedBy(at, { requestId, where: options.where }, call);
  if (earlier !== undefined) return { job: sameRequest(earlier, { body, requestId }), repeated: true };
  try {
    return { job: await startJob(at, tagged, call), repeated: false };
  } catch (error) {
    if (!isAnswerLost(error)) throw error;
    const job = await searchTagged(at, { requestId, where: options.where, lookupMs }, call);
    if (job !== undefined) return { job, repeated: false };
    throw unknownOutcome(requestId, error);
  }
}

/** Looking once too often costs little: a platform that fails by itself may have made the job before. */
function isAnswerLost(error: unknown): boolean {
  if (!(error instanceof PlatformError)) return false;
  return mayHaveHappened(error) || LATE_FAULTS.has(error.request?.status);
}

const LATE_FAULTS: ReadonlySet<number | undefined> = new Set([500, 503]);

/** The job that a start with this request id made in a place, whatever was asked for; undefined if there is none. */
export async function startedBy(
  at: Connection,
  { requestId, where }: { requestId: string; where: Where | undefined },
  call?: CallOptions,
): Promise<JobDescription | undefined> {
  const { base } = await imageBase(at, where, call);
  const { cluster, org, project } = base;
  const tags = [requestTag(requestId)];
  const filter = { tags, cluster, orgs: [org], projects: [project], reverse: true, limit: 1 };
  for await (const job of listJobs(at, filter, call)) return job;
  return undefined;
}

/** Looks for the job until it shows up or it is certain enough that it will not. */
async function searchTagged(
  at: Connection,
  target: { requestId: string; where: Where | undefined; lookupMs: number },
  call: CallOptions = {},
): Promise<JobDescription | undefined> {
  const endsAt = performance.now() + target.lookupMs;
  for (let waitMs = FIRST_WAIT_MS; performance.now() < endsAt; waitMs *= 2) {
    const timeoutMs = Math.max(1, endsAt - performance.now());
    try {
      const job = await startedBy(at, target, { signal: call.signal, timeoutMs });
      if (job !== undefined) return job;
    } catch (error) {
      if (call.signal?.aborted === true || !(error instanceof PlatformError)) return undefined;
    }
    const leftMs = endsAt - performance.now();
    if (leftMs > 0) await pause(Math.min(waitMs, leftMs), call.signal).catch(() => undefined);
  }
  return undefined;
}

function unknownOutcome(requestId: string, cause: unknown): UnknownOutcomeError {
  const request = cause instanceof PlatformError ? cause.request : undefined;
  const message =
    `The answer of the start was lost and no job with its tag has shown up, so whether the job was started is ` +
    `unknown. Calling again with request_id "${requestId}" is safe: it returns that job if there is one.`;
  return new UnknownOutcomeError(message, requestId, { cause, request });
}

/** Refuses an id that was used for something else. */
function sameRequest(
  job: JobDescription,
  { body, requestId }: { body: WireStartBody; requestId: string },
): JobDescription {
  const { container } = job;
  const then: WireStartBody = {
    name: job.name,
    preset_name: job.preset_name,
    description: job.description,
    image: imageToString(container.image),
    command: container.command,
    entrypoint: container.entrypoint,
    working_dir: container.working_dir,
    env: ownEnv(job),
    secret_env: container.secret_env,
    restart_policy: job.restart_policy === "never" ? undefined : job.restart_policy,
    max_run_time_minutes: lifeSpanThen(job, body.max_run_time_minutes),
  };
  const differing = Object.entries(then).filter(([key, value]) => canonical(value) !== canonical(body[key]));
  if (differing.length === 0) return job;
  const names = differing.map(([key]) => key).join(", ");
  throw new PlatformError(
    "conflict",
    `request_id "${requestId}" was already used for job ${job.id} with other arguments (${names}). Use a new one for a new job.`,
    { retryable: false },
  );
}

/** In minutes; a longer one than asked for may have been given since. */
function lifeSpanThen({ life_span }: JobDescription, asked: unknown): number | undefined {
  if (life_span === undefined) return undefined;
  const minutes = life_span / 60;
  return typeof asked === "number" && asked < minutes ? asked : minutes;
}

/** Without what the platform adds for a job that gets a login. Source: protocol reference 1.5. */
function ownEnv({ pass_config: passes, container: { env } }: JobDescription): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !(passes && name === PASSED_CONFIG)));
}

function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? "null" : JSON.stringify(entries);
}
