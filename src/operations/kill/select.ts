import { randomBytes } from "node:crypto";
import {
  ACTIVE_STATUSES,
  type JobDescription,
  type JobStatus,
  type ListFilter,
  type PlatformContext,
  type Where,
} from "../../client/index.ts";
import { identityOf } from "../../jobs/identity.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { shortId } from "../../jobs/names/near.ts";
import { matchesWildcard } from "../../jobs/names/wildcard.ts";
import { nameOf, statusText } from "../../jobs/standing.ts";
import type { Call, Caller } from "../caller.ts";
import { resolveMany } from "../find/index.ts";
import { isOwned, leftBecause, notYours } from "../find/owned.ts";
import { redactorFor } from "../redactor.ts";
import { lookUp } from "../within.ts";

const TOKEN_MINUTES = 10;
/** More would not be read before they are killed. */
const MOST_SELECTED = 100;
const MOST_SKIPPED = 20;
const MOST_PENDING = 20;

export interface Selection {
  tag?: string | undefined;
  name_pattern?: string | undefined;
  status?: JobStatus | undefined;
  include_others?: boolean | undefined;
  where: Where;
}

/** Lists what a selection would kill and remembers it under a token; kills nothing. */
export async function previewReply(selection: Selection, context: Call) {
  const { tag, name_pattern: pattern, status } = selection;
  if (tag === undefined && pattern === undefined && status === undefined) {
    throw new InvalidInputError(
      "Say which: jobs, or a selection by tag, name_pattern or status. Nothing was killed.",
    );
  }
  const { chosen: all, skipped, user } = await select(selection, context);
  const chosen = all.slice(0, MOST_SELECTED);
  const left = leftLines(skipped, context.caller);
  const [first] = chosen;
  if (first === undefined) {
    const text = ["No active job that may be killed fits the selection; nothing was killed.", ...left];
    return {
      text: text.join("\n"),
      data: { jobs: [], skipped: skipped.slice(0, MOST_SKIPPED).map(identityOf) },
    };
  }
  const token = remember(chosen, skipped, context);
  const rows = chosen.map(
    (job) =>
      `${nameOf(job)}  ${shortId(job.id)}  ${statusText(job)}  owner ${job.owner}${notYours(job, user)}`,
  );
  const text = [
    `Nothing was killed yet. These ${chosen.length} in ${identityOf(first).project} would be:`,
    ...rows,
    ...(all.length === chosen.length
      ? []
      : [`${all.length - chosen.length} more fit; select again after these.`]),
    ...left,
    `If that is what the user wants, call job_kill {"token": "${token}"} within ${TOKEN_MINUTES} minutes; it kills these ${chosen.length} and no others.`,
  ].join("\n");
  const data = {
    token,
    jobs: chosen.map((job) => ({ job: nameOf(job), id: job.id, owner: job.owner, status: job.status })),
    ...(skipped.length === 0 ? {} : { skipped: skipped.slice(0, MOST_SKIPPED).map(identityOf) }),
  };
  return { text, data };
}

/**
 * What was listed under a token: the jobs as they stand now, and those that cannot be read any more. The token is
 * good until `spend` is called.
 */
export async function readPreview(token: string, { caller: { platform, pendingKills }, signal }: Call) {
  const pending = pendingKills.get(token);
  if (pending === undefined || pending.expiresAtMs < Date.now()) {
    throw unfit(pending === undefined ? "is not known here, or was used already" : "has expired");
  }
  const refs = pending.jobs.map(({ id }) => id);
  const { jobs, failed } = await lookUp(signal, (until) => resolveMany(platform, { refs, where: {} }, until));
  const errors = new Map(failed.map(({ ref, error }) => [ref, error]));
  const unread = pending.jobs.flatMap((job) => {
    const error = errors.get(job.id);
    return error === undefined ? [] : [{ job, error }];
  });
  const spend = () => {
    // The same token may be used twice at once.
    if (!pendingKills.delete(token)) throw unfit("was used already");
  };
  return { jobs, unread, spend, skipped: pending.skipped, skippedCount: pending.skippedCount };
}

function unfit(why: string): InvalidInputError {
  return new InvalidInputError(
    `The token ${why}: nothing was killed. Call job_kill with the selection again for a new list and token.`,
  );
}

async function select(selection: Selection, { caller, signal }: Call) {
  const { platform } = caller;
  const { name_pattern: pattern = "*", include_others: all = false } = selection;
  const { user, selection: here } = await platform.context({ signal });
  const isMine = (job: JobDescription) =>
    (all || job.owner === user) && (!caller.policy.ownedOnly || isOwned(job, user));
  const redact = redactorFor(caller, []);
  const chosen: JobDescription[] = [];
  const skipped: JobDescription[] = [];
  await lookUp(signal, async (until) => {
    for await (const job of platform.jobs.list(filterOf(selection, here), { signal: until })) {
      // Of a name that holds a secret only what is shown is matched.
      if (matchesWildcard(redact(job.name ?? "").text, pattern)) (isMine(job) ? chosen : skipped).push(job);
    }
  });
  return { chosen, skipped, user };
}

function filterOf({ tag, status, where }: Selection, here: PlatformContext["selection"]): ListFilter {
  const project = where.project ?? here.project;
  return {
    statuses: status === undefined ? ACTIVE_STATUSES : [status],
    tags: tag === undefined ? [] : [tag],
    reverse: true,
    cluster: where.cluster ?? here.cluster,
    orgs: [where.org ?? here.org],
    projects: project === undefined ? [] : [project],
  };
}

function remember(
  chosen: JobDescription[],
  skipped: JobDescription[],
  { caller: { pendingKills } }: Call,
): string {
  for (const [token] of [...pendingKills].slice(0, Math.max(0, pendingKills.size - MOST_PENDING + 1))) {
    pendingKills.delete(token);
  }
  const token = randomBytes(6).toString("hex");
  pendingKills.set(token, {
    jobs: chosen,
    skipped: skipped.slice(0, MOST_SKIPPED),
    skippedCount: skipped.length,
    expiresAtMs: Date.now() + TOKEN_MINUTES * 60_000,
  });
  return token;
}

function leftLines(skipped: readonly JobDescription[], { policy }: Caller): string[] {
  const count = skipped.length;
  if (count === 0) return [];
  const rows = skipped
    .slice(0, MOST_SKIPPED)
    .map((job) => `${nameOf(job)}  ${shortId(job.id)}  owner ${job.owner}`);
  return [
    `These ${count} fit too and are left alone, as they are ${leftBecause(policy)}:`,
    ...rows,
    ...(count > MOST_SKIPPED ? [`… and ${count - MOST_SKIPPED} more`] : []),
  ];
}
