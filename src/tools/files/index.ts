import { z } from "zod";
import { identityOf } from "../../jobs/identity.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { type Call, redactorFor } from "../../operations/caller.ts";
import { downloadFromJob } from "../../operations/files/download.ts";
import { lookInJob } from "../../operations/files/look.ts";
import { writeInJob } from "../../operations/files/write.ts";
import { maybeFlag, maybeNumber, maybeText, openObject, text, whichJob } from "../answers.ts";
import { jobRef, textArg } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { hinted } from "../reading/hint.ts";
import { foundData, foundText, requireWritten, savedText, writtenText } from "./reply.ts";

/** Clients give up after a minute; then the call is made again. */
const SAVE_SECONDS = 45;
const MOST_CONTENT_CHARS = 100_000;
const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

const reading = z.strictObject({
  job: jobRef,
  path: textArg("/out/log.txt", { verbatim: true }).describe("e.g. /out"),
  offset: hinted(z.int(), { example: -900 }).optional().describe("Bytes; -900: the last"),
  length: hinted(z.int().min(1), { example: 4096 }).optional().describe("Bytes"),
  base64: z.boolean().optional().describe("As base64"),
  save_to: textArg("log.txt", { verbatim: true }).optional().describe("e.g. a.pt"),
});
const whole = reading.extend({
  content: textArg("lr: 0.1\n", { verbatim: true, mayBeEmpty: true })
    .max(MOST_CONTENT_CHARS)
    .optional()
    .describe("To write"),
  existing: z.enum(["append", "overwrite"]).optional().describe("Else refused"),
});

const output = openObject(
  {},
  {
    text: maybeText,
    ...whichJob,
    path: text,
    kind: z.enum(["folder", "text", "data", "binary"]).optional(),
    size: maybeNumber,
    offset: maybeNumber,
    next_offset: maybeNumber,
    base64: maybeText,
    entries: z
      .array(z.looseObject({ name: text, kind: text, size: maybeNumber, changed: maybeText }))
      .optional(),
    total: maybeNumber,
    written: maybeFlag,
    finished: maybeFlag,
    saved_to: maybeText,
    verified: maybeFlag,
    hidden: maybeNumber,
  },
);

type Args = z.output<typeof whole>;

/** What `read-only` and `no-destroy` leave of it. */
const readFiles = defineTool({
  name: "job_files",
  title: "Job files",
  description: "Lists and reads files of a running job.",
  toolset: "more",
  input: reading,
  output,
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  waits,
  run: read,
});

export const files = defineTool({
  name: "job_files",
  title: "Job files",
  description: "Lists, reads and writes files of a running job.",
  toolset: "more",
  input: whole,
  output,
  nothing: "Nothing was read or written.",
  effects: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  reading: readFiles,
  waits,
  run: (args, call) => (args.content === undefined ? read(args, call) : write(args, args.content, call)),
});

function waits({ save_to }: { save_to?: string | undefined }): number | undefined {
  return save_to === undefined ? undefined : SAVE_SECONDS;
}

async function read(args: z.output<typeof reading>, call: Call) {
  const { job: ref, path, offset, length, base64, save_to: name } = args;
  if (name !== undefined) return save({ ref, path, name }, call);
  const looked = await lookInJob({ ref, project: undefined, path, offset, length, asData: base64 }, call);
  const { job, found } = looked;
  const redact = redactorFor(call.caller, [job]);
  return {
    text: foundText(looked, path, redact),
    data: { ...identityOf(job), path, ...foundData(found, redact) },
    jobs: [job],
  };
}

async function save({ path, ...wanted }: { ref: string; path: string; name: string }, call: Call) {
  const saved = await downloadFromJob({ ...wanted, path, project: undefined, seconds: SAVE_SECONDS }, call);
  const { job, transfer } = saved;
  const { isOver: finished, size, path: saved_to, isVerified: verified } = transfer;
  return {
    text: savedText(saved, path),
    data: { ...identityOf(job), path, finished, saved_to, size, verified },
    jobs: [job],
  };
}

async function write({ job: ref, path, existing, base64, ...others }: Args, content: string, call: Call) {
  requireNoReading(others);
  const data = base64 === true ? bytesOf(content) : Buffer.from(content);
  const how = existing ?? "new";
  const written = requireWritten(await writeInJob({ ref, project: undefined, path, data, how }, call), path);
  const { job, size, isVerified } = written;
  return {
    text: writtenText(written, { path, bytes: data.length, how }),
    data: { ...identityOf(job), path, written: true, size, verified: isVerified },
    jobs: [job],
  };
}

/** Whoever gives one may mean to change a part of the file: the whole of it would be lost. */
function requireNoReading(given: Pick<Args, "offset" | "length" | "save_to">): void {
  for (const argument of ["offset", "length", "save_to"] as const)
    if (given[argument] !== undefined)
      throw new InvalidInputError(
        `${argument} is for reading, content for writing: give one of them. A file is written as a whole, or added to. Nothing was written.`,
        { argument },
      );
}

function bytesOf(content: string): Buffer {
  const written = content.replace(/\s+/g, "");
  if (BASE64.test(written)) return Buffer.from(written, "base64");
  throw new InvalidInputError("content is not base64. Nothing was written.", { argument: "content" });
}
