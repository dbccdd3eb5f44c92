import {
  ACTIVE_STATUSES,
  isActive,
  type JobDescription,
  type JobStatus,
  type ListFilter,
  type PlatformContext,
  type Where,
} from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { matchesWildcard } from "../../jobs/names/near.ts";
import { type Call, redactorFor } from "../caller.ts";
import { isOwned } from "../find/owned.ts";
import { lookUp } from "../within.ts";
import { showJobs } from "./index.ts";
import { lastWords } from "./last-words.ts";

/** More would not be read before they are killed. */
const MOST_SELECTED = 100;
const MOST_LEFT = 20;

export interface Selection {
  tags?: string[] | undefined;
  name_pattern?: string | undefined;
  status?: JobStatus[] | undefined;
  include_others?: boolean | undefined;
  where: Where;
}

/** What a selection would kill. */
export interface KillPreview {
  /** Stands for `chosen`; absent where there are none. */
  token?: string;
  chosen: JobDescription[];
  /** How many more match, beyond the most that one call kills. */
  moreCount: number;
  /** Some of those that match too and may not be killed. */
  left: JobDescription[];
  leftCount: number;
  user: string;
  /** The last line that those chosen printed, by id. */
  words: ReadonlyMap<string, string>;
}

/** Looks up what a selection would kill; kills nothing. */
export async function previewKill(selection: Selection, call: Call): Promise<KillPreview> {
  const { tags, name_pattern: pattern, status } = selection;
  if (tags === undefined && pattern === undefined && status === undefined) {
    throw new InvalidInputError(
      "Say which: jobs, or a selection by tags, name_pattern or status. Nothing was killed.",
      { argument: "jobs" },
    );
  }
  if (status !== undefined && !status.some(isActive))
    throw new InvalidInputError(`status: ${status.join(", ")} jobs have ended already. Nothing was killed.`, {
      argument: "status",
    });
  const { fitting, others, user } = await select(selection, call);
  const chosen = fitting.slice(0, MOST_SELECTED);
  const left = others.slice(0, MOST_LEFT);
  const words = await lastWords(chosen, call);
  const moreCount = fitting.length - chosen.length;
  const preview = { chosen, moreCount, left, leftCount: others.length, user, words };
  if (chosen.length === 0) return preview;
  return { ...preview, token: showJobs({ jobs: chosen, left }, call, others.length) };
}

async function select(selection: Selection, { caller, signal }: Call) {
  const { platform, policy } = caller;
  const { name_pattern: pattern = "*", include_others: all = false } = selection;
  const { user, selection: here } = await platform.context({ signal });
  const isMine = (job: JobDescription) =>
    (all || job.owner === user) && (!policy.ownedOnly || isOwned(job, user));
  const redact = redactorFor(caller, []);
  const fitting: JobDescription[] = [];
  const others: JobDescription[] = [];
  await lookUp(signal, async (until) => {
    for await (const job of platform.jobs.list(filterOf(selection, here), { signal: until })) {
      // Of a name that holds a secret only what is shown is matched.
      if (matchesWildcard(redact(job.name ?? "").text, pattern)) (isMine(job) ? fitting : others).push(job);
    }
  });
  return { fitting, others, user };
}

function filterOf(
  { tags = [], status = [...ACTIVE_STATUSES], where }: Selection,
  here: PlatformContext["selection"],
): ListFilter {
  const [cluster, org] = [where.cluster ?? here.cluster, where.org ?? here.org];
  const project = where.project ?? here.project;
  // No filter would mean every project of the org.
  if (project === undefined)
    throw new InvalidInputError(
      `No project is selected in cluster "${cluster}", org "${org}": name one. Nothing was killed.`,
      { argument: "project" },
    );
  return {
    statuses: status.filter(isActive),
    tags,
    reverse: true,
    cluster,
    orgs: [org],
    projects: [project],
  };
}
