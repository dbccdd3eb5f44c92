import { isOwnTag } from "../client/index.ts";
import { makeRedactor } from "../jobs/redact/index.ts";
import { redactJob } from "../jobs/redact/job.ts";
import { findJob } from "../operations/find/address.ts";
import { boundedJson } from "./bounded-json.ts";
import type { Resource } from "./define-resource.ts";

export const job: Resource = {
  name: "job",
  title: "Job",
  description:
    "What a job is, where it stands, what it costs: a JobDescription as apolo://schemas/JobDescription says. job is an id, or a name (the active or newest job of that name). Values of environment variables are never shown.",
  uriTemplate: "job://{cluster}/{org}/{project}/{job}",
  mimeType: "application/json",
  changesWith: "job",
  async read(variables, context) {
    const found = await findJob(context.caller.platform, variables, context.signal);
    const redacted = redactJob(found, makeRedactor(context.caller.policy.secrets));
    const { id, name, status, history, tags: allTags, ...rest } = redacted;
    const tags = allTags.filter((tag) => !isOwnTag(tag));
    // Whoever reads only the beginning gets what matters most.
    return boundedJson({ id, ...(name === undefined ? {} : { name }), status, history, ...rest, tags });
  },
};
