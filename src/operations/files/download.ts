import { quote } from "shlex";
import { whereIs } from "../../jobs/identity.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { formatBytes } from "../../jobs/output/budget.ts";
import type { Call } from "../caller.ts";
import { findTarget, type Meant, type Named } from "../find/owned.ts";
import { requireProcess, requireRunning } from "../find/running.ts";
import { withoutSecretsOf } from "../quoting.ts";
import type { DownloadFolder, Transfer } from "./folder.ts";
import { SEND } from "./scripts.ts";
import { requirePath } from "./shell.ts";
import { startTransfer } from "./transfer.ts";

const REPORT_MS = 1000;

/** Saves a file of a running job on this machine, or goes on waiting for one that an earlier call began. */
export async function downloadFromJob(
  { path, name, seconds, ...named }: Named & { path: string; name: string; seconds: number },
  call: Call,
): Promise<Meant & { transfer: Transfer }> {
  const { transfers, policy } = call.caller;
  const { downloads } = policy;
  if (downloads === undefined)
    throw new InvalidInputError(
      "save_to: this server has no folder for files of jobs. Whoever starts it names one by --files DIR; over HTTP it has none. Nothing was saved.",
    );
  requirePath(path);
  const target = await findTarget(named, call);
  const { job } = target;
  const key = JSON.stringify([job.id, path, name]);
  const transfer = await (transfers.get(key) ?? begin(target, { path, name, key, downloads }, call));
  await waitFor(transfer, seconds * 1000, call);
  if (transfer.isOver) transfers.forget(key);
  await requireProcess(transfer.error, target, call);
  if (transfer.error !== undefined) throw withoutSecretsOf([job], transfer.error, call.caller);
  return { ...target, transfer };
}

/** What another call with the same arguments finds at once, so that two never save one file. */
function begin(
  target: Meant,
  { path, name, key, downloads }: { path: string; name: string; key: string; downloads: DownloadFolder },
  { caller: { platform, transfers } }: Call,
): Promise<Transfer> {
  requireRunning(target);
  const command = ["sh", "-c", SEND, "sh", path].map((word) => quote(word)).join(" ");
  const options = { command, stdout: true, stderr: true, where: whereIs(target.job) };
  const send = (signal: AbortSignal) => platform.jobs.exec(target.job.id, options, { signal });
  const opening = downloads.create(name).then(
    (file) => startTransfer({ send, file, target, path }),
    (error: unknown) => {
      transfers.forget(key);
      throw error;
    },
  );
  const over = opening.then((transfer) => transfer.over);
  transfers.add(
    key,
    opening,
    over.catch(() => undefined),
  );
  return opening;
}

async function waitFor(transfer: Transfer, ms: number, { progress, signal }: Call): Promise<void> {
  const deadlineMs = performance.now() + ms;
  while (!transfer.isOver && performance.now() < deadlineMs) {
    const { bytes, size } = transfer;
    progress(`${formatBytes(bytes)} of ${formatBytes(size)} saved`, bytes / size);
    await transfer.changed(Math.min(REPORT_MS, deadlineMs - performance.now()), signal);
  }
}
