import { PlatformError } from "../../client/index.ts";
import { whereIs } from "../../jobs/identity.ts";
import { formatBytes } from "../../jobs/output/budget.ts";
import type { Call } from "../caller.ts";
import { type Meant, meantJob, type Named } from "../find/owned.ts";
import { requireRunning } from "../find/running.ts";
import { withoutSecretsOf } from "../quoting.ts";
import { lookUp, maybeDone } from "../within.ts";
import { type SaveRun, startSave } from "./run.ts";

const REPORT_MS = 1000;

/** A save as far as it was waited for. */
export interface Saved extends Meant {
  run: SaveRun;
  /** It is over, and whether it was done is unknown. */
  error?: PlatformError;
}

/** Saves a running job as an image, or goes on waiting for the save that an earlier call began. */
export async function saveAsImage(
  { image, seconds, ...named }: Named & { image: string; seconds: number },
  call: Call,
): Promise<Saved> {
  const { platform, saves } = call.caller;
  const target = await meantJob(named, call);
  const { id } = target.job;
  const where = whereIs(target.job);
  // The same image may be written in several ways, and is to be saved once.
  const name = await lookUp(call.signal, (signal) => platform.jobs.savedName(image, { where }, { signal }));
  const key = `${id} ${name}`;
  const known = saves.get(key);
  if (known === undefined) {
    requireRunning(target);
    call.changing(target.job);
  }
  const run = known ?? startSave((signal) => platform.jobs.save(id, image, { where }, { signal }));
  if (known === undefined) saves.add(key, run, run.over);
  await waitFor(run, seconds * 1000, call);
  if (run.isOver) saves.forget(key);
  if (run.error === undefined) return { ...target, run };
  return { ...target, run, error: failure(withoutSecretsOf([target.job], run.error, call.caller)) };
}

/** The platform's own words about a save that failed stand alone: it was asked, and it answered. */
function failure(error: unknown): PlatformError {
  if (error instanceof PlatformError && error.request === undefined && error.code === "platform_error")
    throw error;
  return maybeDone(error, { mayFailLate: true });
}

async function waitFor(run: SaveRun, ms: number, { progress, signal }: Call): Promise<void> {
  const deadlineMs = performance.now() + ms;
  while (!run.isOver && performance.now() < deadlineMs) {
    progress(progressText(run));
    await run.changed(Math.min(REPORT_MS, deadlineMs - performance.now()), signal);
  }
}

export function progressText({ step, pushedBytes, totalBytes }: SaveRun): string {
  return totalBytes === 0
    ? step
    : `${step}, ${formatBytes(pushedBytes)} of ${formatBytes(totalBytes)} pushed`;
}
