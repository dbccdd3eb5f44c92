import { quote } from "shlex";
import type { JobDescription } from "../../client/index.ts";
import { callText } from "../../jobs/next-call.ts";
import { formatBytes } from "../../jobs/output/budget.ts";
import { keptFolders } from "../kept-folders.ts";

/** As base64 it still fits into an answer. */
const PIECE_BYTES = 4500;
/** More pieces than this are no way to get a file. */
const MOST_PIECES = 20;
const MAX_COMMAND_CHARS = 300;

export type Binary = { kind: string; bytes: number };

interface Ran {
  job: JobDescription;
  /** How another call names the job. */
  again: string;
  command?: string | undefined;
  argv?: readonly string[] | undefined;
}

/** What a stream holds that is no text. */
export function binaryText({ kind, bytes }: Binary): string {
  const what = kind === "unknown" ? "data that is no text" : `binary data, ${kind}`;
  return `${formatBytes(bytes)} of ${what}, not shown`;
}

/** How to get such data out of a job. */
export function fetchText({ bytes }: Binary, { job, again, command, argv }: Ran): string {
  const folders = keptFolders(job.container);
  const [folder] = folders;
  const volume =
    folder === undefined
      ? "the job has no volume to write it to"
      : `write it to ${folder}, from where \`apolo storage cp\` takes it`;
  const pieces = Math.ceil(bytes / PIECE_BYTES);
  if (pieces > MOST_PIECES && folder !== undefined) return `To get it: ${volume}.`;
  const source = command ?? (argv ?? []).map((word) => quote(word)).join(" ");
  const group = source.length > MAX_COMMAND_CHARS ? "cat FILE" : `{ ${source}\n}`;
  const piece = callText({
    tool: "job_exec",
    arguments: { job: again, command: `${group} | head -c ${PIECE_BYTES} | base64` },
  });
  const further =
    pieces < 2 ? "" : ` and then tail -c +${PIECE_BYTES + 1} | before head, ${pieces} pieces in all`;
  return `To get it: ${volume}; or as text with ${piece}${further}.`;
}
