import { PlatformError } from "../client/index.ts";
import { context } from "./context.ts";
import type { Resource } from "./define-resource.ts";
import { files } from "./files.ts";
import { job } from "./job.ts";
import { jobs, taggedJobs } from "./jobs.ts";
import { logs, logsSince } from "./logs.ts";
import { presets } from "./presets.ts";
import { schemas } from "./schemas.ts";
import { skillFile } from "./skill.ts";

/** The catalogue: concrete ones first, then what is addressed by a template. */
export const resources: Resource[] = [
  jobs,
  presets,
  context,
  skillFile,
  job,
  logs,
  logsSince,
  files,
  taggedJobs,
  schemas,
];

/**
 * The resource whose template a URI fits, with the values of its variables, percent-decoded.
 * @throws {PlatformError} `not_found` with the forms that exist
 */
export function matchUri(uri: string): { resource: Resource; variables: Record<string, string> } {
  for (const resource of resources) {
    const variables = match(resource.uriTemplate, uri);
    if (variables !== undefined) return { resource, variables };
  }
  const forms = resources.map(({ uriTemplate }) => uriTemplate).join(", ");
  throw new PlatformError(
    "not_found",
    `There is no resource ${uri.slice(0, 200)}. Resources here: ${forms}.`,
  );
}

function match(template: string, uri: string): Record<string, string> | undefined {
  const found = new RegExp(
    `^${template.replace("{path}", "(?<path>.+)").replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`,
  ).exec(uri);
  if (found === null) return undefined;
  try {
    const values = Object.entries(found.groups ?? {});
    return Object.fromEntries(values.map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    return undefined;
  }
}
