import { isFinished, type JobDescription, type PlatformError } from "../client/index.ts";
import { whereIs } from "../jobs/identity.ts";
import type { Call, Consent } from "./caller.ts";
import { findTarget, type Meant, type Named, requireMeant } from "./find/owned.ts";
import { RefusedError } from "./find/refused.ts";
import { requireProcess } from "./find/running.ts";
import { hasTurned, untilTurned } from "./find/turned.ts";
import { maybeDone, within } from "./within.ts";

/** How long the effect is waited for. */
const EFFECT_MS = 5000;
const TOKEN_MS = 10 * 60_000;

/** What became of a SIGKILL to a job's process. */
export type SignalResult = Meant &
  (
    | { outcome: "already over" }
    /** Nothing was sent: a person is to allow it first. */
    | { outcome: "unconfirmed"; token: string }
    /** `other`: the job is not the one that the person was asked about. */
    | { outcome: "declined"; why: "no" | "unanswered" | "other" }
    | Sent
  );

/** `after`: the job since then; undefined where it could not be read. */
type Sent =
  | { outcome: "sent"; after: JobDescription | undefined; isAnswerLost: boolean }
  | { outcome: "unknown"; after: JobDescription | undefined; error: PlatformError };

/** Sends SIGKILL to a job's process, once a person has agreed where one can be asked. */
export async function signalJob(named: Named, call: Call): Promise<SignalResult> {
  const { caller, signal, consent } = call;
  const target = await findTarget(named, call);
  const { job, again } = target;
  if (isFinished(job.status)) return { ...target, outcome: "already over" };
  await requireMeant(target, named, call);
  if (job.status !== "running") throw new RefusedError({ reason: "no_process", job, again });
  if (consent === undefined) {
    const token = caller.confirmations.issue("signal", { jobs: [job], left: [], leftCount: 0 }, TOKEN_MS);
    return { ...target, outcome: "unconfirmed", token };
  }
  const why = refusalOf(consent, job, call);
  if (why !== undefined) return { ...target, outcome: "declined", why };
  // The person may have answered after the call was given up.
  signal.throwIfAborted();
  const sent = await send(target, call);
  if (sent.outcome === "sent") caller.signals.set(job.id, Date.now());
  return { ...target, ...sent };
}

/** A yes is good once, for the job that was asked about. */
function refusalOf({ answer, token }: Consent, { id }: JobDescription, { caller: { confirmations } }: Call) {
  if (answer === "no" || answer === "unanswered") return answer;
  if (token === undefined) return undefined;
  const asked = confirmations.read("signal", token);
  const isMeant = typeof asked !== "string" && asked.ids.includes(id);
  return isMeant && confirmations.use(token) ? undefined : "other";
}

/** Sends it once; when the answer is lost, the job itself may tell what came of it. */
async function send(target: Meant, call: Call): Promise<Sent> {
  const { job } = target;
  const { caller, signal } = call;
  try {
    await within(signal, (until) => caller.platform.jobs.sendSignal(job.id, whereIs(job), { signal: until }));
  } catch (error) {
    if (signal.aborted) throw error;
    await requireProcess(error, target, call);
    const lost = maybeDone(error, { mayFailLate: true });
    const after = await untilTurned(job, EFFECT_MS, call);
    if (after === undefined || !hasTurned(job, after)) return { outcome: "unknown", after, error: lost };
    return { outcome: "sent", after, isAnswerLost: true };
  }
  return { outcome: "sent", after: await untilTurned(job, EFFECT_MS, call), isAnswerLost: false };
}
