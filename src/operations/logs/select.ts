import type { JobDescription } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import type { LogPage } from "../../jobs/output/log-page.ts";
import type { Call } from "../caller.ts";
import { resolveAll } from "../find/index.ts";
import { placesOf } from "../find/places.ts";
import { whereOf } from "../find/where.ts";
import { type LogQuery, MOST_JOBS, sameOf } from "./query.ts";

/** The most jobs of a selection that are looked at. */
const MOST_COUNTED = 200;

/** The jobs whose logs to read, and what the selection has beyond them. @throws {InvalidInputError} it has none */
export async function selectJobs(
  query: LogQuery,
  { caller: { platform }, signal }: Pick<Call, "caller" | "signal">,
): Promise<{ jobs: JobDescription[]; beyond: LogPage["beyond"] }> {
  const { jobs: refs, tags, status: statuses, project: at } = query;
  if ((refs === undefined) === (tags === undefined && statuses === undefined))
    throw new InvalidInputError("Give jobs, or else tags and/or status, to say whose logs to read.");
  const where = whereOf(at);
  if (refs !== undefined)
    return { jobs: await resolveAll(platform, { refs, where }, signal), beyond: undefined };
  const { filter } = placesOf(at === undefined ? [] : [at], await platform.context({ signal }));
  const found: JobDescription[] = [];
  const wanted = { ...filter, tags, statuses, reverse: true, limit: MOST_COUNTED };
  for await (const job of platform.jobs.list(wanted, { signal })) found.push(job);
  if (found.length === 0)
    throw new InvalidInputError("No job has these tags and states: job_list shows what there is.");
  return { jobs: found.slice(0, MOST_JOBS), beyond: beyondOf(found, query) };
}

function beyondOf(found: readonly JobDescription[], query: LogQuery): LogPage["beyond"] {
  const beyond = found.slice(MOST_JOBS);
  if (beyond.length === 0) return undefined;
  return {
    jobs: beyond.length,
    orMore: found.length >= MOST_COUNTED,
    atOnce: MOST_JOBS,
    call: sameOf(query, beyond.slice(0, MOST_JOBS)),
  };
}
