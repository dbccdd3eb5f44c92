import { z } from "zod";
import type { JobDescription } from "../client/index.ts";
import { byteLength } from "../jobs/budget.ts";
import { formatInstant } from "../jobs/durations.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import { parseWindow } from "../jobs/moments.ts";
import { countStatuses, countsText, jobRow, rowText } from "../jobs/rows.ts";
import { nameProblems } from "../jobs/start-problems.ts";
import { project } from "./args.ts";
import { defineTool } from "./define-tool.ts";
import { cursorAfter, listPage, type Page } from "./list-page.ts";
import { type Places, placesOf } from "./places.ts";

/** Counts look at so many jobs, a search in texts at so many more. */
const COUNTED_JOBS = 500;
const SEARCHED_JOBS = 5000;
/** Rows beyond this wait for the next page. */
const MAX_ROWS_BYTES = 18_000;
/** Twenty rows, headline and cursor stay under 4,000 bytes. */
const MAX_ROW_BYTES = 165;

const status = z.enum(["pending", "suspended", "running", "succeeded", "failed", "cancelled"]);

export const list = defineTool({
  name: "job_list",
  title: "List jobs",
  description:
    "Lists everybody's jobs in the project, newest first, with status, reason, age, run time, preset, cost; counts per status. All filters must match.",
  toolset: "core",
  input: z.strictObject({
    status: z.array(status).optional().describe("Any of these"),
    name: z.string().optional().describe("Exact name"),
    tags: z.array(z.string()).optional().describe('All of these, e.g. ["lr-sweep"]'),
    owner: z.string().optional().describe("User name, or me"),
    since: z.string().optional().describe("Created from: 2h, yesterday or ISO time (UTC)"),
    until: z.string().optional().describe("Created up to; same forms"),
    text: z.string().optional().describe("Part of name, description, image, command or reason"),
    limit: z.int().min(1).max(200).default(20).describe("Most rows"),
    cursor: z.string().optional().describe("next_cursor of the last call"),
    projects: z.array(z.string()).optional().describe('Several, or ["*"]: all of the org'),
    project,
  }),
  output: z.looseObject({
    jobs: z.array(z.looseObject({})),
    counts: z.looseObject({}),
    next_cursor: z.string().optional(),
  }),
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ text: wanted, limit, cursor, projects, project: at, ...filters }, { platform, signal }) {
    if (at !== undefined && projects !== undefined)
      throw new InvalidInputError("Give project or projects, not both.");
    requireName(filters.name);
    const context = await platform.context({ signal });
    const places = placesOf(projects ?? (at === undefined ? [] : [at]), context);
    const nowMs = Date.now();
    const filter = { ...places.filter, ...filterOf(filters, { nowMs, me: context.user }) };
    const matches = (job: JobDescription) =>
      places.covers(job) && (wanted === undefined || mentions(job, wanted));
    const scanLimit = wanted === undefined ? COUNTED_JOBS : SEARCHED_JOBS;
    const page = await listPage(platform, { filter, matches, limit, scanLimit, cursor }, signal);
    return answer(page, { places, nowMs, me: context.user, isFurther: cursor !== undefined });
  },
});

/** The platform refuses to look for what cannot be a name, in words that help nobody. */
function requireName(name: string | undefined): void {
  const [problem] = name === undefined ? [] : nameProblems(name);
  if (problem !== undefined)
    throw new InvalidInputError(`${problem} text finds a part of a name; job_status takes ids.`);
}

interface Filters {
  status?: z.infer<typeof status>[] | undefined;
  name?: string | undefined;
  tags?: string[] | undefined;
  owner?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

function filterOf(
  { status, name, tags, owner, since, until }: Filters,
  { nowMs, me }: { nowMs: number; me: string },
) {
  return {
    ...(status === undefined ? {} : { statuses: status }),
    ...(name === undefined ? {} : { name }),
    ...(tags === undefined ? {} : { tags }),
    ...(owner === undefined ? {} : { owners: [owner === "me" ? me : owner] }),
    ...parseWindow({ since, until }, nowMs),
  };
}

function mentions({ name, description, container, history }: JobDescription, wanted: string): boolean {
  const { image, command, entrypoint } = container;
  const imageText =
    [image.registry, image.name].filter(Boolean).join("/") + (image.tag === undefined ? "" : `:${image.tag}`);
  const part = wanted.toLowerCase();
  return [name, description, imageText, command, entrypoint, history.reason].some(
    (text) => text?.toLowerCase().includes(part) ?? false,
  );
}

interface Shown {
  places: Places;
  nowMs: number;
  me: string;
  isFurther: boolean;
}

function answer(page: Page, { places, nowMs, me, isFurther }: Shown) {
  const { matching, isComplete, examined } = page;
  const withProject = new Set(matching.map(({ project_name }) => project_name)).size > 1;
  const rows = page.shown.map((job) => jobRow(job, { nowMs, me, withProject }));
  const { texts, count } = withinBytes(
    rows.map((row) => rowText(row, nowMs)),
    rows.map((row) => rowText(row, nowMs, { withTime: false })),
  );
  const jobs = page.shown.slice(0, count);
  const last = jobs.at(-1);
  const nextCursor =
    count < page.shown.length && last !== undefined ? cursorAfter(last, page.since) : page.nextCursor;
  const counts = countStatuses(matching);
  const older = isFurther ? "older " : "";
  const headline = `${count} of ${matching.length}${isComplete ? "" : " or more"} ${older}jobs in ${places.label}, newest first; ${me}'s own unless an owner is named. Now ${formatInstant(nowMs)}.`;
  const bounded = isComplete ? "" : ` (of the newest ${examined} only; narrow the filters to count all)`;
  const next =
    nextCursor === undefined ? [] : [`More: job_list with the same filters and cursor: "${nextCursor}"`];
  const none = count > 0 ? [] : [`No job matches. ${places.doubt}`.trim()];
  return {
    text: [headline, `Counts${bounded}: ${countsText(counts)}.`, ...none, ...texts, ...next].join("\n"),
    data: {
      jobs: rows.slice(0, count).map((row) => ({ ...row })),
      counts: { ...counts },
      ...(isComplete ? {} : { counts_of_newest: examined }),
      ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
    },
    jobs,
  };
}

/** The rows, in the short form where the long one takes too much, as many as fit; the rest is the next page. */
function withinBytes(long: string[], short: string[]): { texts: string[]; count: number } {
  const texts = byteLength(long.join("\n")) > long.length * MAX_ROW_BYTES ? short : long;
  let bytes = 0;
  let count = 0;
  for (const text of texts) {
    bytes += byteLength(text) + 1;
    if (bytes > MAX_ROWS_BYTES) break;
    count += 1;
  }
  return { texts: texts.slice(0, count), count };
}
