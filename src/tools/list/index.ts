import { z } from "zod";
import { isActive } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { nameProblems } from "../../jobs/start/problems.ts";
import { parseMoment, parseWindow } from "../../jobs/time/moments.ts";
import { listJobs } from "../../operations/list/index.ts";
import { jobState, maybeFlag, maybeNumber, maybeText, openObject, text } from "../answers.ts";
import { anyProject, moment, projectPath, statuses, tags, textArg } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { hinted } from "../reading/hint.ts";
import { faultText } from "../start/faults.ts";
import { listReply } from "./reply.ts";

/** What a user can be called. Source: protocol reference 3.6 */
const USER = /^(?=.{1,250}$)[a-z0-9](?:[-/]?[a-z0-9])*$/;

const input = z.strictObject({
  status: statuses.optional().describe("Any of these"),
  name: textArg("train-7b").optional().describe("Exact name"),
  tags: tags.optional().describe("Has all"),
  owner: textArg("me").optional().describe("e.g. me"),
  since: moment.optional().describe("2h, yesterday or ISO time"),
  until: moment.optional().describe("Like since"),
  ended_since: moment.optional().describe("e.g. 1h"),
  text: textArg("resnet").optional().describe("In name, image, command, reason"),
  preset: textArg("gpu-large").optional().describe("Part of its name"),
  gpu: z.boolean().optional().describe("Has GPUs"),
  limit: hinted(z.int().min(1).max(200), { example: 20 }).default(20).describe("Rows at most"),
  cursor: z.string().optional().describe("next_cursor"),
  projects: hinted(z.array(projectPath), { example: ["*"], between: "," })
    .optional()
    .describe('["*"]: all of the org'),
  project: anyProject,
});
type Filters = Omit<z.output<typeof input>, "limit" | "cursor">;

const row = openObject(
  {},
  {
    ...{ ...jobState, preset: maybeText, credits: text, project: maybeText },
    ...{ credits_per_hour: maybeText, ends_at: maybeText, life_span_left_seconds: maybeNumber },
    no_end: maybeFlag,
  },
);
const count = z.int().optional();
const counts = openObject(
  {},
  { pending: count, suspended: count, running: count, succeeded: count, failed: count, cancelled: count },
);
const sums = z.record(text, text).optional();

export const list = defineTool({
  name: "job_list",
  title: "List jobs",
  description: "Everybody's jobs of the project, newest first; counts and cost of all that match.",
  toolset: "core",
  hasView: true,
  input,
  output: openObject(
    { jobs: z.array(row), next_cursor: maybeText },
    {
      counts,
      credits: z.looseObject({ total: text, by_owner: sums, by_project: sums }),
      gpu_hours: z.looseObject({ total: text, by_owner: sums }).optional(),
      spending: z.looseObject({ credits_per_hour: text, at_most_more: text }).optional(),
      looked_at: maybeNumber,
      unreadable: maybeNumber,
      counts_of_newest: maybeNumber,
    },
  ),
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ limit, cursor, ...filters }, call) {
    const query = queryOf(filters, Date.now());
    return listReply(await listJobs(call, { ...query, limit, cursor }), filters, query);
  },
});

function queryOf(filters: Filters, nowMs: number) {
  const { name, owner, tags, text, preset, gpu, project: at, projects } = filters;
  if (at !== undefined && projects !== undefined)
    throw new InvalidInputError("Give project or projects, not both.", { argument: "project" });
  requireName(name);
  requireOwner(owner);
  return {
    name,
    owner,
    tags,
    text,
    preset,
    gpu,
    statuses: filters.status,
    ...parseWindow(filters, nowMs),
    endedSince: endedSinceOf(filters, nowMs),
    projects: at === undefined ? projects : [at],
  };
}

/** The platform refuses to look for what cannot be a name, in words that help nobody. */
function requireName(name: string | undefined): void {
  const [problem] = name === undefined ? [] : nameProblems(name);
  if (problem !== undefined)
    throw new InvalidInputError(`${faultText(problem)} text finds a part of a name; job_status takes ids.`, {
      argument: "name",
    });
}

function requireOwner(owner: string | undefined): void {
  if (owner === undefined || USER.test(owner)) return;
  const near = owner.trim().toLowerCase();
  const guess = USER.test(near) ? ` Did you mean ${JSON.stringify(near)}?` : "";
  throw new InvalidInputError(
    `owner: ${JSON.stringify(owner.slice(0, 60))} cannot be a user name: they have lower-case letters, digits, hyphens and slashes only.${guess}`,
    { argument: "owner" },
  );
}

function endedSinceOf(
  { ended_since: text, status: statuses = [] }: Filters,
  nowMs: number,
): Date | undefined {
  if (text === undefined) return undefined;
  const active = statuses.filter(isActive);
  if (active.length > 0)
    throw new InvalidInputError(
      `ended_since finds jobs that have ended, ${active.join(" and ")} ones have not: leave out one of the two.`,
      { argument: "ended_since" },
    );
  return new Date(parseMoment(text, { nowMs }));
}
