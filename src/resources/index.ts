import { context } from "./context.ts";
import type { Resource } from "./define-resource.ts";
import { job } from "./job.ts";
import { jobs } from "./jobs.ts";
import { logs } from "./logs.ts";
import { logsSince } from "./logs-since.ts";
import { presets } from "./presets.ts";
import { schemas } from "./schemas.ts";
import { taggedJobs } from "./tagged-jobs.ts";

/** The catalogue: concrete ones first, then what is addressed by a template. */
export const resources: Resource[] = [jobs, presets, context, job, logs, logsSince, taggedJobs, schemas];
