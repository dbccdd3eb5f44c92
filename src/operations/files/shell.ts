import { type Capped, type Collected, PlatformError } from "../../client/index.ts";
import { cutShort, oneLine } from "../../foreign.ts";
import { identityText, whereIs } from "../../jobs/identity.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { quoted } from "../../jobs/reasons/explanation.ts";
import type { Asking } from "../caller.ts";
import { startTrouble } from "../exec.ts";
import type { Meant } from "../find/owned.ts";
import { requireProcess } from "../find/running.ts";
import { withoutSecretsOf } from "../quoting.ts";

const SHELL_MS = 25_000;
/** Longer ones do not fit into the address of a request. */
const LONGEST_PATH_BYTES = 1024;
const MOST_TOLD = 200;

/** What a script said: a word of ours, numbers, and what came raw behind its first line. */
export interface Said {
  word: string;
  numbers: number[];
  body: Buffer;
  /** What its programs complained of, short. */
  complaint: string;
}

interface Asked {
  script: string;
  /** The path comes first. */
  args: readonly (string | number)[];
  stdin?: Uint8Array;
  maxBytes: number;
}

/** Runs a script of ours in a job. @throws {PlatformError} it has no shell, or lacks a program; `lost` where it may have run */
export async function askShell(
  target: Meant,
  { script, args, stdin, maxBytes }: Asked,
  call: Asking,
): Promise<Said | { lost: PlatformError }> {
  const { job } = target;
  const argv = ["sh", "-c", script, "sh", ...args.map(String)];
  // Of a stream's limit half is kept from its beginning.
  const options = { argv, stdin, maxBytes: 2 * maxBytes, where: whereIs(job) };
  const within = { signal: call.signal, timeoutMs: SHELL_MS };
  const ran = await call.caller.platform.jobs
    .execAndCollect(job.id, options, within)
    .catch(async (error: unknown) => {
      await requireProcess(error, target, call);
      throw withoutSecretsOf([job], error, call.caller);
    });
  const lost = lostOf(ran, target);
  if (lost !== undefined) return { lost };
  requireShell(ran, target);
  const said = saidIn(ran);
  if (said.word === "lacks") throw lacking(target, `the program ${oneLine(ran.stdout.head).slice(6).trim()}`);
  return said;
}

/** @throws {InvalidInputError} no job's shell could be given such a path */
export function requirePath(path: string): void {
  if (path.includes("\0")) throw wrongPath("A path cannot contain a NUL character.");
  if (Buffer.byteLength(path) > LONGEST_PATH_BYTES)
    throw wrongPath(
      `A path of more than ${LONGEST_PATH_BYTES} bytes cannot be used here: use job_exec there.`,
    );
}

export function wrongPath(message: string): InvalidInputError {
  return new InvalidInputError(message, { argument: "path" });
}

/** What there is instead of a file that could be read or written. */
export function unusable(word: string, path: string, { job, again }: Meant): Error {
  const what = `${quoted(path, MOST_TOLD)} in ${identityText(job)}`;
  const folder = `job_files ${JSON.stringify({ job: again, path: parentOf(path) })}`;
  switch (word) {
    case "missing":
      return new PlatformError("not_found", `There is no ${what}. ${folder} shows what is there.`);
    case "dangling":
      return new PlatformError("not_found", `${what} is a link to something that does not exist.`);
    case "denied":
      return new PlatformError("not_permitted", `The job's user may not read ${what}.`);
    case "no_folder":
      return new PlatformError(
        "not_found",
        `There is no folder for ${what}: make it with job_exec, mkdir -p.`,
      );
    case "folder":
      return wrongPath(`${what} is a folder, give a file.`);
    case "special":
      return wrongPath(`${what} is no plain file: it is a device, a pipe, a socket or a broken link.`);
    default:
      return new PlatformError("protocol_error", `The shell gave no answer about ${what}.`);
  }
}

/** A program of the job could not read it, and says why. */
export function unreadable({ complaint }: Said, path: string, { job }: Meant): PlatformError {
  const what = `${quoted(path, MOST_TOLD)} in ${identityText(job)}`;
  return new PlatformError("platform_error", `${what} could not be read: ${complaint}.`);
}

function parentOf(path: string): string {
  return path.replace(/\/*[^/]*\/*$/, "") || (path.startsWith("/") ? "/" : ".");
}

function lostOf({ lost, timedOut }: Collected, { job }: Meant): PlatformError | undefined {
  if (!timedOut) return lost;
  const message = `The shell of ${identityText(job)} did not answer within ${SHELL_MS / 1000} s.`;
  return new PlatformError("timed_out", message);
}

function requireShell(ran: Collected, target: Meant): void {
  const trouble = startTrouble(ran);
  if (trouble !== undefined) throw lackingShell(target, trouble);
}

export function lackingShell(target: Meant, trouble: string): PlatformError {
  return lacking(
    target,
    `a shell (sh), by which files are reached; the platform says ${quoted(trouble, 300)}`,
  );
}

export function lacking({ job }: Meant, what: string): PlatformError {
  const message = `The image of ${identityText(job)} lacks ${what}. A volume mounted into the job is the other way to its files.`;
  return new PlatformError("invalid_request", message, { outcome: "nothing" });
}

function saidIn({ stdout, stderr }: Collected): Said {
  const bytes = rawOf(stdout);
  const end = bytes.indexOf("\n");
  const [word = "", ...numbers] = bytes.toString("latin1", 0, end < 0 ? bytes.length : end).split(" ");
  const complaint = cutShort(oneLine(stderr.head.trim()), MOST_TOLD);
  return { word, numbers: numbers.map(Number), body: bytes.subarray(end + 1), complaint };
}

function rawOf({ start }: Capped): Buffer {
  return Buffer.from(start.buffer, start.byteOffset, start.byteLength);
}
