import { type JobDescription, PlatformError } from "../client/index.ts";
import { type Asking, redactorFor } from "../operations/caller.ts";
import { type Found, lookAt, MOST_DATA_BYTES, MOST_TEXT_BYTES } from "../operations/files/look.ts";
import { findJob } from "../operations/find/address.ts";
import { boundedJson } from "./bounded-json.ts";
import type { Resource } from "./define-resource.ts";

export const files: Resource = {
  name: "job-files",
  title: "File of a job",
  description:
    "A file of a running job, or what is in a folder of it. path begins at the root of its container; job is an id or a name. Of a long text the beginning, and how much there is.",
  uriTemplate: "job://{cluster}/{org}/{project}/{job}/files/{path}",
  mimeType: "text/plain",
  async read({ path = "", ...variables }, context) {
    const job = await findJob(context.caller.platform, variables, context.signal);
    const target = { job, isMine: false, again: job.id };
    const absolute = `/${path.replace(/^\/+/, "")}`;
    const found = await lookAt(target, { path: absolute, length: MOST_TEXT_BYTES }, context);
    if (found.kind === "folder")
      return boundedJson({ path: absolute, ...withoutSecrets(found, context, job) });
    if (found.kind === "text") return `${found.text}${restText(found)}`;
    const data = await lookAt(target, { path: absolute, length: MOST_DATA_BYTES, asData: true }, context);
    if (data.kind === "data" && data.to >= data.size) return { bytes: data.data };
    throw new PlatformError(
      "invalid_request",
      `${absolute} is no text and too large to be attached (${found.size} bytes): job_files reads it in pieces, or saves it.`,
    );
  },
};

/** Names may hold secrets, as texts do. */
function withoutSecrets(
  { entries, ...folder }: Extract<Found, { kind: "folder" }>,
  { caller }: Asking,
  job: JobDescription,
) {
  const redact = redactorFor(caller, [job]);
  return { ...folder, entries: entries.map((entry) => ({ ...entry, name: redact(entry.name).text })) };
}

function restText({ to, size }: Extract<Found, { kind: "text" }>): string {
  return to >= size ? "" : `\n… bytes ${to} to ${size} not shown; job_files reads on at offset ${to} …`;
}
