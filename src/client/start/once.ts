import { abortError, type CallOptions, orTimeOut, pause } from "../call.ts";
import type { Connection } from "../connection.ts";
import { invalidArgument, PlatformError, UnknownOutcomeError } from "../errors.ts";
import { getJob } from "../find/index.ts";
import { mayHaveFailedLate, mayHaveHappened } from "../http/network-error.ts";
import type { JobDescription } from "../job.ts";
import { msLeft } from "../limit.ts";
import type { StartOptions } from "./body.ts";
import { type PreparedStart, prepareStart, sendStart } from "./index.ts";
import { nameTaken } from "./name-taken.ts";
import { askedTag, sameRequest } from "./same-request.ts";
import { findStartedBy, keepOldest, requestTag, type Sought, startedBy } from "./tagged.ts";
import { type SentStart, type StartAnswer, startKey } from "./under-way.ts";

/** How long to look for a job whose start was not answered. */
const LOOKUP_MS = 10_000;
const FIRST_WAIT_MS = 250;
/** After this many lookups without a trace, a start whose answer was lost is taken not to have arrived. */
const LOOKUPS_UNTIL_RESENT = 1.2;
/** For looking whether another server made a job of the same request. */
const TWINS_MS = 5000;
const WHAT = "Starting a job";

/** The job of a start, and whether it is that of an earlier call. */
export interface Started {
  job: JobDescription;
  repeated: boolean;
  /** Younger jobs that the platform has made of the same request id, which another call may have been told of. */
  twins?: JobDescription[];
  /** Whether another server's start made a job of the same request id, too, could not be looked up. */
  isUnchecked?: boolean;
}

/** How a start is kept from happening twice. */
export interface OnceOptions {
  /** 1 to 252 whole characters without blanks; the job carries it as a tag. */
  requestId: string;
  /** The id of the request that this one is a part of, where errors have to name that. */
  partOf?: string | undefined;
  /** Nobody can have used the id before: no search for an earlier job. */
  isNew?: boolean | undefined;
  /** How long to look for a job whose start was not answered, in milliseconds; 10,000 by default. */
  lookupMs?: number | undefined;
}

/** One call of `startOnce`, ready to be sent. */
interface Wanted extends Sought {
  at: Connection;
  call: CallOptions;
  key: string;
  shownId: string;
  isNew: boolean;
  lookupMs: number;
  prepared: PreparedStart;
}

/**
 * Starts a job at most once per place and `requestId`: a job that carries its tag is returned instead; when the
 * answer of the start is lost, the tag is looked up. What was sent goes on when its caller stops waiting, and is
 * found by the next call with the id.
 * @throws {PlatformError} `conflict` when the earlier job was asked for differently · {UnknownOutcomeError}; any
 * other error means that this call started nothing
 */
export async function startOnce(
  at: Connection,
  {
    options,
    requestId,
    partOf: shownId = requestId,
    isNew = false,
    lookupMs = LOOKUP_MS,
  }: OnceOptions & { options: StartOptions },
  call: CallOptions = {},
): Promise<Started> {
  if (!/^[^\s\p{Cs}]{1,252}$/u.test(requestId))
    throw invalidArgument("request_id must be 1 to 252 characters without blanks or halves of characters.");
  const tag = requestTag(requestId);
  const tags = [...(options.tags ?? []), tag, ...(isNew ? [] : [askedTag(options)])];
  const prepared = await prepareStart(at, { ...options, tags }, call);
  const { where } = prepared;
  const key = startKey(where, tag);
  const wanted = { at, call, key, requestId, shownId, where, isNew, lookupMs, prepared };
  for (;;) {
    const found = await inTurn(wanted);
    if ("job" in found) return { ...found, repeated: true };
    const job = await jobOf(wanted, found);
    if (job !== undefined) return startedNow(wanted, job, found);
  }
}

/** The job of a start that was sent now; it may be that of an earlier call or of another server. */
function startedNow(wanted: Wanted, job: JobDescription, { sent, isFirst }: Sending): Started {
  const { isUnchecked } = sent;
  if (isFirst && !sent.isElsewhere) return { job, repeated: false, ...(isUnchecked && { isUnchecked }) };
  return { job: asAsked(wanted, job, isFirst ? undefined : sent), repeated: true };
}

/** Of all jobs of a request that one stands for it which is the oldest. */
function withTwins(wanted: Wanted, jobs: readonly JobDescription[], sent?: SentStart): Repeated | undefined {
  const [job, ...others] = jobs;
  if (job === undefined) return undefined;
  const twins = others.filter(({ status }) => status !== "cancelled");
  return { job: asAsked(wanted, job, sent), ...(twins.length === 0 ? {} : { twins }) };
}

/** The job of an earlier start with the same id, undefined if there is none; sends nothing. @throws as `startOnce` */
export async function startedBefore(
  at: Connection,
  { options, requestId }: { options: StartOptions; requestId: string },
  call?: CallOptions,
): Promise<JobDescription | undefined> {
  const prepared = await prepareStart(at, options, call);
  const { where } = prepared;
  const [job] = await startedBy(at, { requestId, where }, call);
  const sent = at.starts.sent(startKey(where, requestTag(requestId)));
  return job && asAsked({ shownId: requestId, prepared }, job, sent);
}

/** A start that was sent, by this call or by an earlier one. */
interface Sending {
  sent: SentStart;
  isFirst: boolean;
}

type Repeated = Omit<Started, "repeated">;

type Found = Repeated | Sending;

function inTurn(wanted: Wanted): Promise<Found> {
  const { signal } = wanted.call;
  const found = wanted.at.starts.turns.run(wanted.key, () => findOrSend(wanted), signal);
  return found.catch((error: unknown) => {
    throw signal?.aborted === true ? abortError(signal, WHAT) : error;
  });
}

/** What an earlier call with the same id has come to, or else this one, sent. */
async function findOrSend(wanted: Wanted): Promise<Found> {
  const { at, call } = wanted;
  const sent = at.starts.sent(wanted.key);
  if (sent?.state === "open") return { sent, isFirst: false };
  const jobs =
    sent === undefined
      ? await (wanted.isNew ? [] : startedBy(at, wanted, call))
      : await jobsOfSent(wanted, sent);
  const repeated = withTwins(wanted, jobs, sent);
  if (repeated !== undefined) return repeated;
  if (call.signal?.aborted === true) throw abortError(call.signal, WHAT);
  const { body, preset } = wanted.prepared;
  // Without the call's signal: a start that was sent is not taken back by no longer listening.
  const answer = sendStart(at, wanted.prepared).then(
    (made) => toAnswer(wanted, made),
    (error: unknown) => failedAnswer(wanted, error),
  );
  const now = at.starts.keep(wanted.key, { body, pricePerHour: preset.credits_per_hour, answer });
  return { sent: now, isFirst: true };
}

/** The jobs of a start that this connection sent and that is over. @throws {UnknownOutcomeError} */
async function jobsOfSent(wanted: Wanted, sent: SentStart): Promise<JobDescription[]> {
  const { at, call } = wanted;
  if (sent.state === "found") {
    const jobs = await startedBy(at, wanted, call);
    return jobs.length > 0 ? jobs : [await getJob(at, (await sent.found).id, call)];
  }
  const answer = await sent.answer;
  const wasAnswered = "lost" in answer && mayHaveFailedLate(answer.lost);
  if (!wasAnswered) {
    const silentMs = performance.now() - (sent.lostAtMs ?? 0);
    const lookupMs = Math.max(1, LOOKUPS_UNTIL_RESENT * wanted.lookupMs - silentMs);
    const found = await search({ ...wanted, lookupMs }, sent);
    if (found !== undefined) return [found];
  }
  try {
    const jobs = await startedBy(at, wanted, call);
    if (jobs.length > 0) return jobs;
  } catch (cause) {
    throw unknownOutcome(wanted.shownId, cause instanceof PlatformError ? { lost: cause } : answer);
  }
  at.starts.forget(wanted.key);
  return [];
}

type Asked = Pick<Wanted, "shownId" | "prepared">;

function asAsked({ shownId, prepared }: Asked, job: JobDescription, sent: SentStart | undefined) {
  return sameRequest(job, { requestId: shownId, body: prepared.body, sentBody: sent?.body });
}

/** Another server of the login may have sent the same request at the same time: both keep the older job. */
async function toAnswer(wanted: Wanted, made: JobDescription): Promise<StartAnswer> {
  if (wanted.isNew) return { job: made };
  const found = await listTwins(wanted);
  if (found === undefined) return { job: made, isUnchecked: true };
  const others = found.filter(({ id }) => id !== made.id);
  try {
    const job = await keepOldest(wanted.at, { jobs: [made, ...others], requestId: wanted.shownId });
    return { job, isElsewhere: job.id !== made.id };
  } catch (error) {
    return { refused: error };
  }
}

/** All jobs of a request that made one just now; undefined if they cannot be listed in time. */
async function listTwins({ at, ...sought }: Wanted): Promise<JobDescription[] | undefined> {
  const endsAt = performance.now() + TWINS_MS;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs *= 2) {
    try {
      return await startedBy(at, sought, { timeoutMs: lookMs(endsAt - performance.now()) });
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      if (!isPassing(error) || performance.now() + waitMs >= endsAt) return undefined;
    }
    await pause(waitMs);
  }
}

/** Whether another look may tell what this one did not. */
function isPassing(error: unknown): boolean {
  return error instanceof PlatformError && (error.retryable || error.code === "protocol_error");
}

/** A look that is not answered leaves time for another one; the last has all that is left. */
function lookMs(leftMs: number): number {
  return leftMs > TWINS_MS / 2 ? leftMs / 2 : leftMs;
}

/** Looking once too often costs little: a platform that fails by itself may have made the job before. */
async function failedAnswer(wanted: Wanted, error: unknown): Promise<StartAnswer> {
  const holder = wanted.isNew ? undefined : nameTaken(error)?.holder;
  if (holder !== undefined && error instanceof PlatformError) return nameAnswer(wanted, { holder, error });
  const isLost = error instanceof PlatformError && (mayHaveHappened(error) || mayHaveFailedLate(error));
  return isLost ? { lost: error } : { refused: error };
}

/** The name may be that of the job which another server has made of the same request. */
async function nameAnswer(
  { at, requestId }: Wanted,
  { holder, error }: { holder: string; error: PlatformError },
): Promise<StartAnswer> {
  try {
    const job = await getJob(at, holder, { timeoutMs: TWINS_MS });
    const isOwn = job.owner === at.session.userNow() && job.tags.includes(requestTag(requestId));
    return isOwn ? { job, isElsewhere: true } : { refused: error };
  } catch (cause) {
    return isPassing(cause) ? { lost: error } : { refused: error };
  }
}

/**
 * Waits for the job of a start that was sent as long as the call allows, then looks for it. Undefined when an
 * earlier call's start was refused. @throws what it was refused with · {UnknownOutcomeError}
 */
async function jobOf(wanted: Wanted, { sent, isFirst }: Sending): Promise<JobDescription | undefined> {
  const answer = await orTimeOut(sent.answer, wanted.call, WHAT).catch(() => undefined);
  if (answer !== undefined && "job" in answer) return answer.job;
  const job = await Promise.race([sent.found, search(wanted, sent)]);
  if (job !== undefined) return job;
  if (sent.state !== "refused") throw unknownOutcome(wanted.shownId, answer);
  if (!isFirst) return undefined;
  const refused = await sent.answer;
  throw "refused" in refused ? refused.refused : unknownOutcome(wanted.shownId, refused);
}

/** Looks for the caller's job until it shows up or it is certain enough that it will not. */
async function search(wanted: Wanted, sent: SentStart): Promise<JobDescription | undefined> {
  const { signal } = wanted.call;
  const endsAt = performance.now() + Math.min(wanted.lookupMs, msLeft(signal));
  const isSought = () => performance.now() < endsAt && signal?.aborted !== true;
  for (let waitMs = FIRST_WAIT_MS; isSought() && sent.state !== "refused"; waitMs *= 2) {
    if (sent.state === "found") return sent.found;
    const timeoutMs = Math.max(1, endsAt - performance.now());
    const [job, ...others] = await findStartedBy(wanted.at, wanted, { signal, timeoutMs });
    if (job !== undefined) return settle(wanted, sent, [job, ...others]);
    const leftMs = endsAt - performance.now();
    if (leftMs > 0) await pause(Math.min(waitMs, leftMs), signal).catch(() => undefined);
  }
  return undefined;
}

/** Which server's start made the job that was found cannot be told, only whether it is what was asked for. */
async function settle(
  wanted: Wanted,
  sent: SentStart,
  jobs: readonly [JobDescription, ...JobDescription[]],
): Promise<JobDescription> {
  const job = await keepOldest(wanted.at, { jobs, requestId: wanted.shownId });
  sent.isElsewhere = jobs.length > 1;
  if (!wanted.isNew) asAsked(wanted, job, sent.isElsewhere ? undefined : sent);
  sent.settle(job);
  return job;
}

function unknownOutcome(requestId: string, answer: StartAnswer | undefined): UnknownOutcomeError {
  const cause = answer !== undefined && "lost" in answer ? answer.lost : undefined;
  const message =
    `The answer to the start was lost and no job with its tag has appeared, so whether the job was started is ` +
    `unknown. Calling again with request_id "${requestId}" is safe: it returns that job if there is one.`;
  return new UnknownOutcomeError(message, requestId, { cause, request: cause?.request });
}
