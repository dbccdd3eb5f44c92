import { z } from "zod";
import { FINISHED_STATUSES, type JobDescription } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { redactJob } from "../../jobs/redact/job.ts";
import { MARK } from "../../jobs/redact/spans.ts";
import { nameProblems } from "../../jobs/start/problems.ts";
import { parseMoment, parseWindow } from "../../jobs/time/moments.ts";
import type { Session } from "../../operations/caller.ts";
import { placesOf } from "../../operations/find/places.ts";
import { whyNothing } from "../../operations/list/nothing.ts";
import { listPage } from "../../operations/list/page.ts";
import { redactorFor } from "../../operations/redactor.ts";
import { project, projectPath, selector } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { listAnswer } from "./answer.ts";

/** Counts look at so many jobs, a search in texts or among ends at so many more. */
const COUNTED_JOBS = 1000;
const SEARCHED_JOBS = 5000;
/** What a user can be called. Source: protocol reference 3.6 */
const USER = /^[a-z0-9](?:[-/]?[a-z0-9])*$/;

const status = z.enum(["pending", "suspended", "running", "succeeded", "failed", "cancelled"]);

export const list = defineTool({
  name: "job_list",
  title: "List jobs",
  description:
    "Lists everybody's jobs in the project, newest first: status, reason, age, run time, preset, cost; counts and cost of all. All filters must match.",
  toolset: "core",
  input: z.strictObject({
    status: z.array(status).optional().describe("Any of these"),
    name: z.string().optional().describe("Exact name"),
    tags: z.array(selector).optional().describe("All of these"),
    owner: z.string().optional().describe("User name, or me"),
    since: z.string().optional().describe("Created from: 2h, yesterday or ISO time (UTC)"),
    until: z.string().optional().describe("Created up to"),
    ended_since: z.string().optional().describe("Ended from, e.g. 1h"),
    text: z.string().optional().describe("Part of name, description, image, command or reason"),
    limit: z.int().min(1).max(200).default(20).describe("Most rows"),
    cursor: z.string().optional().describe("next_cursor of the last call"),
    projects: z.array(projectPath).optional().describe('Several, or ["*"]: all of the org'),
    project,
  }),
  output: z.looseObject({
    jobs: z.array(z.looseObject({})),
    counts: z.looseObject({}),
    next_cursor: z.string().optional(),
  }),
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run(
    { text: wanted, limit, cursor, projects, project: at, ...filters },
    { platform, session, signal },
  ) {
    if (at !== undefined && projects !== undefined)
      throw new InvalidInputError("Give project or projects, not both.");
    requireName(filters.name);
    requireOwner(filters.owner);
    const context = await platform.context({ signal });
    const places = placesOf(projects ?? (at === undefined ? [] : [at]), context);
    const nowMs = Date.now();
    const filter = { ...places.filter, ...filterOf(filters, { nowMs, me: context.user }) };
    const endedSince = endedSinceOf(filters, nowMs);
    const matches = (job: JobDescription) =>
      places.covers(job) && (wanted === undefined || shows(job, wanted, session));
    const scanLimit = wanted === undefined && endedSince === undefined ? COUNTED_JOBS : SEARCHED_JOBS;
    const page = await listPage(platform, { filter, endedSince, matches, limit, scanLimit, cursor }, signal);
    const asked = { ...filters, text: wanted };
    const isFurther = cursor !== undefined;
    const nothing =
      page.matching.length > 0 || isFurther
        ? ""
        : page.isComplete
          ? await whyNothing(platform, { asked, places, me: context.user }, signal)
          : `No job matches among the newest ${page.examined} looked at; older ones come with the cursor.`;
    const shown = { asked: { ...asked, project: at, projects }, sinceMs: filter.since?.getTime() };
    return listAnswer(page, { places, me: context.user, isFurther, nothing, nowMs, ...shown });
  },
});

/** The platform refuses to look for what cannot be a name, in words that help nobody. */
function requireName(name: string | undefined): void {
  const [problem] = name === undefined ? [] : nameProblems(name);
  if (problem !== undefined)
    throw new InvalidInputError(`${problem} text finds a part of a name; job_status takes ids.`);
}

function requireOwner(owner: string | undefined): void {
  if (owner === undefined || USER.test(owner)) return;
  const near = owner.trim().toLowerCase();
  const guess = USER.test(near) ? ` Did you mean ${JSON.stringify(near)}?` : "";
  throw new InvalidInputError(
    `owner: ${JSON.stringify(owner.slice(0, 60))} cannot be a user name: they have lower-case letters, digits, hyphens and slashes only.${guess}`,
  );
}

/** Filters that go to the platform, and the time of the end, which it cannot filter by. */
interface Filters {
  status?: z.infer<typeof status>[] | undefined;
  name?: string | undefined;
  tags?: string[] | undefined;
  owner?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  ended_since?: string | undefined;
}

/** The end comes later than the creation by nobody knows how much: jobs created long before are looked at too. */
function endedSinceOf({ ended_since: text, status = [] }: Filters, nowMs: number): Date | undefined {
  if (text === undefined) return undefined;
  const active = status.filter((one) => !FINISHED_STATUSES.some((finished) => finished === one));
  if (active.length > 0)
    throw new InvalidInputError(
      `ended_since finds jobs that have ended, ${active.join(" and ")} ones have not: leave out one of both.`,
    );
  return new Date(parseMoment(text, { nowMs }));
}

function filterOf(
  { status, name, tags, owner, since, until, ended_since }: Filters,
  { nowMs, me }: { nowMs: number; me: string },
) {
  const statuses = status ?? (ended_since === undefined ? undefined : FINISHED_STATUSES);
  return {
    ...(statuses === undefined ? {} : { statuses }),
    ...(name === undefined ? {} : { name }),
    ...(tags === undefined ? {} : { tags }),
    ...(owner === undefined ? {} : { owners: [owner === "me" ? me : owner] }),
    ...parseWindow({ since, until }, nowMs),
  };
}

/** Only what is shown is searched: a hidden value must not be found letter by letter. */
function shows(job: JobDescription, wanted: string, session: Session): boolean {
  if (!textsOf(job).some((text) => contains(text, wanted))) return false;
  const shown = redactJob(job, redactorFor(session, []));
  return textsOf(shown).some((text) => text.split(MARK).some((part) => contains(part, wanted)));
}

function contains(text: string, wanted: string): boolean {
  return text.toLowerCase().includes(wanted.toLowerCase());
}

function textsOf({ name, description, container, history }: JobDescription): string[] {
  const { image, command, entrypoint } = container;
  const imageText =
    [image.registry, image.name].filter(Boolean).join("/") + (image.tag === undefined ? "" : `:${image.tag}`);
  return [name, description, imageText, command, entrypoint, history.reason].flatMap((text) => text ?? []);
}
