import { type Message, PlatformError, type ProcessStream } from "../../client/index.ts";
import { cutShort, oneLine } from "../../foreign.ts";
import { identityText } from "../../jobs/identity.ts";
import { formatBytes } from "../../jobs/output/budget.ts";
import { quoted } from "../../jobs/reasons/explanation.ts";
import { startTrouble } from "../exec.ts";
import type { Meant } from "../find/owned.ts";
import { pauseFor } from "../patience.ts";
import { Cksum } from "./cksum.ts";
import type { NewFile, Transfer } from "./folder.ts";
import { lacking, lackingShell, unusable } from "./shell.ts";

const MOST_COMPLAINT_BYTES = 4096;
/** The script's own first line is far shorter; a job may bring a shell of its own. */
const MOST_HEAD_BYTES = 4096;
/** A file may grow while it comes, but one that never ends would fill the disk. */
const MOST_GROWN_BYTES = 32_000_000;
const MOST_PATH_TOLD = 200;

interface Begun {
  /** Runs the script that sends the file. */
  send(signal: AbortSignal): Promise<ProcessStream>;
  file: NewFile;
  target: Meant;
  /** In the job. */
  path: string;
}

/** Carries a file piece by piece, whether or not somebody waits for it: no caller's signal ends it. */
export function startTransfer(begun: Begun): Transfer {
  const { send, file } = begun;
  const stopping = new AbortController();
  const transfer: Omit<Transfer, "over"> = {
    ...{ path: file.path, size: 0, bytes: 0, isOver: false, isVerified: false },
    async stop() {
      stopping.abort();
      await over;
    },
    changed: (ms, signal) => Promise.race([over, pauseFor(ms, signal)]),
  };
  const over = carry();
  return Object.assign(transfer, { over });

  async function carry(): Promise<void> {
    try {
      const stream = await send(stopping.signal);
      const came = new Incoming(file, transfer);
      for await (const message of stream.output) {
        await came.take(message);
        requireEnd(begun, transfer);
      }
      const exitCode = await stream.exit;
      transfer.isVerified = requireWhole(came, {
        begun,
        transfer,
        exitCode,
        trouble: await troubleOf(stream),
      });
      await file.keep();
    } catch (error) {
      transfer.error = error;
      // What cannot be removed is told by the error that came first.
      await file.discard().catch(() => undefined);
    }
    transfer.isOver = true;
  }
}

async function troubleOf({ exitMessage }: ProcessStream): Promise<string | undefined> {
  return startTrouble({ exitMessage: (await exitMessage) ?? "" });
}

/** What comes over the stream: a line of ours, then the file; on the side what the programs complain of. */
class Incoming {
  readonly sum = new Cksum();
  complaint = Buffer.alloc(0);
  /** What the first line says. */
  word: string | undefined;
  #head = Buffer.alloc(0);
  readonly #file: NewFile;
  readonly #transfer: Pick<Transfer, "bytes" | "size">;

  constructor(file: NewFile, transfer: Pick<Transfer, "bytes" | "size">) {
    this.#file = file;
    this.#transfer = transfer;
  }

  async take({ fileno, data }: Message): Promise<void> {
    if (fileno === 2) {
      this.complaint = Buffer.concat([this.complaint, data]).subarray(-MOST_COMPLAINT_BYTES);
      return;
    }
    const rest = this.word === undefined ? this.#behindHead(data) : data;
    this.sum.add(rest);
    if (rest.length > 0) await this.#file.write(rest);
    this.#transfer.bytes += rest.length;
  }

  #behindHead(data: Uint8Array): Uint8Array {
    this.#head = Buffer.concat([this.#head, data]);
    const end = this.#head.indexOf("\n");
    if (end < 0 && this.#head.length > MOST_HEAD_BYTES)
      throw new PlatformError(
        "platform_error",
        "The job's shell did not run the script that sends the file.",
      );
    if (end < 0) return new Uint8Array();
    this.word = this.#head.toString("latin1", 0, end);
    this.#transfer.size = Number(/^file (\d+)$/.exec(this.word)?.[1] ?? 0);
    return this.#head.subarray(end + 1);
  }
}

/** @throws what comes is not going to end */
function requireEnd({ target, path }: Begun, { bytes, size }: Pick<Transfer, "bytes" | "size">): void {
  if (bytes <= size + MOST_GROWN_BYTES) return;
  const file = `${quoted(path, MOST_PATH_TOLD)} in ${identityText(target.job)}`;
  const grown = `it had ${formatBytes(size)} when its saving began, and ${formatBytes(MOST_GROWN_BYTES)} more came without an end`;
  throw new PlatformError(
    "platform_error",
    `${file} was not saved: ${grown}. Nothing was saved. Copy a part of it within the job by job_exec (head -c BYTES FILE > COPY), and save the copy.`,
  );
}

interface Ended {
  begun: Begun;
  transfer: Pick<Transfer, "bytes" | "size">;
  exitCode: number | undefined;
  /** Why nothing could be started. */
  trouble: string | undefined;
}

/** Whether the job's own checksum says so. @throws what came is not the file */
function requireWhole({ word = "", complaint, sum }: Incoming, ended: Ended): boolean {
  const { target, path } = ended.begun;
  if (ended.trouble !== undefined) throw lackingShell(target, ended.trouble);
  if (word.startsWith("lacks ")) throw lacking(target, `the program ${oneLine(word.slice(6))}`);
  const { bytes, size } = ended.transfer;
  if (!word.startsWith("file ")) throw unusable(word, path, target);
  const said = complaint.toString("latin1").trim().split("\n").at(-1) ?? "";
  const isChecked = /^\d+ \d+$/.test(said);
  const isWhole = isChecked ? said === `${sum.value()} ${bytes}` : bytes >= size;
  if (ended.exitCode === 0 && isWhole) return isChecked;
  const why =
    ended.exitCode === 0
      ? "it changed while it was read"
      : cutShort(oneLine(complaint.toString().trim()), 200);
  const message = `The file of ${identityText(target.job)} was not saved: ${why || "the connection ended early"}.`;
  throw new PlatformError("platform_error", message);
}
