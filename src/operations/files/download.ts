import { quote } from "shlex";
import { whereIs } from "../../jobs/identity.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { formatBytes } from "../../jobs/output/budget.ts";
import type { Call } from "../caller.ts";
import { findTarget, type Meant, type Named } from "../find/owned.ts";
import { requireProcess, requireRunning } from "../find/running.ts";
import type { Transfer } from "./folder.ts";
import { SEND } from "./scripts.ts";
import { requirePath } from "./shell.ts";
import { startTransfer } from "./transfer.ts";

const REPORT_MS = 1000;

/** Saves a file of a running job on this machine, or goes on waiting for one that an earlier call began. */
export async function downloadFromJob(
  { path, name, seconds, ...named }: Named & { path: string; name: string; seconds: number },
  call: Call,
): Promise<Meant & { transfer: Transfer }> {
  const { platform, policy, transfers } = call.caller;
  if (policy.downloads === undefined)
    throw new InvalidInputError(
      "save_to: this server has no folder for files of jobs. Whoever starts it names one by --files DIR; over HTTP it has none. Nothing was saved.",
    );
  requirePath(path);
  const target = await findTarget(named, call);
  const { job } = target;
  const key = JSON.stringify([job.id, path, name]);
  let transfer = transfers.get(key);
  if (transfer === undefined) {
    requireRunning(target);
    const file = await policy.downloads.create(name);
    const command = ["sh", "-c", SEND, "sh", path].map((word) => quote(word)).join(" ");
    const options = { command, stdout: true, stderr: true, where: whereIs(job) };
    const send = (signal: AbortSignal) => platform.jobs.exec(job.id, options, { signal });
    transfer = startTransfer({ send, file, target, path });
    transfers.set(key, transfer);
  }
  await waitFor(transfer, seconds * 1000, call);
  if (transfer.isOver) transfers.delete(key);
  await requireProcess(transfer.error, target, call);
  if (transfer.error !== undefined) throw transfer.error;
  return { ...target, transfer };
}

async function waitFor(transfer: Transfer, ms: number, { progress, signal }: Call): Promise<void> {
  const deadlineMs = Date.now() + ms;
  while (!transfer.isOver && Date.now() < deadlineMs) {
    progress(`${formatBytes(transfer.bytes)} of ${formatBytes(transfer.size)} saved`);
    await transfer.changed(Math.min(REPORT_MS, deadlineMs - Date.now()), signal);
  }
}
