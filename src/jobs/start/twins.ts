import { isActive, type JobDescription, requestTag } from "../../client/index.ts";
import { whereIs } from "../identity.ts";
import { callText } from "../next-call.ts";
import { statusText } from "../standing.ts";
import { plural, present } from "../words.ts";

const PREFIX = requestTag("");

/** Jobs of one request, which the platform took up one after the other: only the first was asked for. */
export interface Twins {
  first: JobDescription;
  late: JobDescription[];
}

/** The active ones among some jobs, newest first. */
export function activeTwins(jobs: readonly JobDescription[]): Twins[] {
  const byRequest = new Map<string, JobDescription[]>();
  for (const job of jobs) {
    const tag = job.tags.find((each) => each.startsWith(PREFIX));
    if (tag === undefined || !isActive(job.status)) continue;
    const key = JSON.stringify([whereIs(job), job.owner, tag]);
    byRequest.set(key, [job, ...(byRequest.get(key) ?? [])]);
  }
  return [...byRequest.values()].flatMap(([first, ...late]) =>
    first === undefined || late.length === 0 ? [] : [{ first, late }],
  );
}

/** What came late, and the call that ends what of it is still active. */
export function lateText({ first, late }: Twins): string {
  const names = late.map((job) => (isActive(job.status) ? job.id : `${job.id} (${statusText(job)})`));
  const active = late.filter(({ status }) => isActive(status)).map(({ id }) => id);
  const [were, it] = plural(late.length, ["was", "it"], ["were", "them"]);
  return present([
    `${names.join(", ")} ${were} started by the same request_id as ${first.id}, and later: the platform took ${it} up when that one was there already.`,
    active.length > 0 && `To end ${it}: ${callText({ tool: "job_kill", arguments: { jobs: active } })}`,
  ]).join(" ");
}
