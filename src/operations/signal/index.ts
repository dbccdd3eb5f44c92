import { isFinished, type JobDescription, type PlatformError } from "../../client/index.ts";
import { whereIs } from "../../jobs/identity.ts";
import type { Signal, Signalled } from "../../jobs/signals.ts";
import type { Call, Consent } from "../caller.ts";
import type { Deed } from "../confirmations.ts";
import { findTarget, type Meant, type Named, requireMeant } from "../find/owned.ts";
import { RefusedError } from "../find/refused.ts";
import { requireProcess } from "../find/running.ts";
import { hasTurned, untilTurned } from "../find/turned.ts";
import { withoutSecretsOf } from "../quoting.ts";
import { maybeDone, within } from "../within.ts";
import { type Delivery, deliver } from "./deliver.ts";

/** Even who does not wait is told what came of it at once. */
const LEAST_MS = 1000;
const TOKEN_MS = 10 * 60_000;
/** Jobs whose last signal is remembered. */
const MOST_SIGNALLED = 1000;

interface Wanted extends Named {
  signal: Signal;
  /** How long the effect is waited for. */
  waitMs: number;
}

/** What became of a signal to a job's process. */
export type SignalResult = Meant &
  (
    | { outcome: "already over" }
    /** Nothing was sent: a person is to allow it first. */
    | { outcome: "unconfirmed"; token: string }
    /**
     * `other`: the job, its process or the signal is not what the person was asked about · `used`: the yes was for a
     * call before this one; `last` is the last signal that this server sent to the job.
     */
    | {
        outcome: "declined";
        why: "no" | "unanswered" | "moving" | "other" | "used";
        last?: Signalled | undefined;
      }
    | (Extract<Delivery, { unsent: unknown }> & { outcome: "unsent" })
    | Sent
  );

/** `after`: the job since then; undefined where it could not be read. */
type Sent =
  | { outcome: "sent"; after: JobDescription | undefined; isAnswerLost: boolean; delivery?: Delivered }
  | { outcome: "unknown"; after: JobDescription | undefined; error: PlatformError };

export type Delivered = Pick<Extract<Delivery, { receivers: unknown }>, "receivers" | "above">;

/** Sends a signal to a job's process, once a person has agreed where one can be asked. */
export async function signalJob(wanted: Wanted, call: Call): Promise<SignalResult> {
  const { caller, consent } = call;
  const target = await findTarget(wanted, call);
  const { job, again } = target;
  if (isFinished(job.status)) return { ...target, outcome: "already over" };
  await requireMeant(target, wanted, call);
  if (job.status !== "running") throw new RefusedError({ reason: "no_process", job, again });
  const deed = `signal ${wanted.signal} run ${job.history.restarts}` as const;
  if (consent === undefined) {
    const token = caller.confirmations.issue(deed, { jobs: [job], left: [], leftCount: 0 }, TOKEN_MS);
    return { ...target, outcome: "unconfirmed", token };
  }
  const why = refusalOf(consent, { job, deed }, call);
  if (why !== undefined) return { ...target, outcome: "declined", why, last: caller.signals.get(job.id) };
  // The person may have answered after the call was given up.
  call.signal.throwIfAborted();
  call.changing(job);
  const sent = await send(target, wanted, call);
  if (sent.outcome === "sent") remember(job.id, { signal: wanted.signal, atMs: Date.now() }, caller.signals);
  return { ...target, ...sent };
}

function remember(id: string, signalled: Signalled, signals: Map<string, Signalled>): void {
  signals.delete(id);
  signals.set(id, signalled);
  const [oldest = id] = signals.keys();
  if (signals.size > MOST_SIGNALLED) signals.delete(oldest);
}

/** A yes is good once, for the process of the job that was asked about. */
function refusalOf(
  { answer, token }: Consent,
  { job, deed }: { job: JobDescription; deed: Deed },
  { caller: { confirmations } }: Call,
) {
  if (answer === "no" || answer === "unanswered" || answer === "moving") return answer;
  if (token === undefined) return undefined;
  const asked = confirmations.read(deed, token);
  if (asked === "used") return "used";
  const isMeant = typeof asked !== "string" && asked.ids.includes(job.id);
  return isMeant && confirmations.use(deed, token) === undefined ? undefined : "other";
}

type Sending = Sent | (Extract<Delivery, { unsent: unknown }> & { outcome: "unsent" });

/** Sends it once; when the answer is lost, the job itself may tell what came of it. */
async function send(target: Meant, { signal: name, waitMs }: Wanted, call: Call): Promise<Sending> {
  const { job } = target;
  const { caller, signal } = call;
  const untilEffect = () => untilTurned(job, Math.max(LEAST_MS, waitMs), call);
  let delivery: Delivery | undefined;
  try {
    if (name === "KILL")
      await within(signal, (until) =>
        caller.platform.jobs.sendSignal(job.id, whereIs(job), { signal: until }),
      );
    else delivery = await deliver(job, name, call);
  } catch (error) {
    if (signal.aborted) throw error;
    await requireProcess(error, target, call);
    const failure = maybeDone(withoutSecretsOf([job], error, caller), { mayFailLate: true });
    return inDoubt(job, failure, await untilEffect());
  }
  if (delivery === undefined) return { outcome: "sent", after: await untilEffect(), isAnswerLost: false };
  if ("unsent" in delivery) return { ...delivery, outcome: "unsent" };
  call.progress(`SIG${name} was sent, waiting for what comes of it`);
  const after = await untilEffect();
  const { doubt, ...delivered } = delivery;
  if (doubt !== undefined && !(after !== undefined && hasTurned(job, after)))
    return { outcome: "unknown", after, error: doubt };
  return { outcome: "sent", after, isAnswerLost: false, delivery: delivered };
}

function inDoubt(job: JobDescription, error: PlatformError, after: JobDescription | undefined): Sent {
  if (after === undefined || !hasTurned(job, after)) return { outcome: "unknown", after, error };
  return { outcome: "sent", after, isAnswerLost: true };
}
