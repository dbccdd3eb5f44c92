import { identityOf } from "../../jobs/identity.ts";
import { shortId } from "../../jobs/names/near.ts";
import { nameOf, statusText } from "../../jobs/standing.ts";
import { counted } from "../../jobs/words.ts";
import type { Policy } from "../../operations/caller.ts";
import { leftBecause, notYours } from "../../operations/find/owned.ts";
import type { KillPreview } from "../../operations/kill/select.ts";

const TOKEN_MINUTES = 10;

/** What a selection would kill, and the call that does it. */
export function previewReply(preview: KillPreview, policy: Policy) {
  const { token, chosen, moreCount, left, user } = preview;
  const [first] = chosen;
  if (first === undefined) {
    const nothing = "No active job that may be killed matches the selection; nothing was killed.";
    const data = { jobs: [], skipped: left.map(identityOf) };
    return { text: [nothing, ...leftLines(preview, policy)].join("\n"), data };
  }
  const rows = chosen.map(
    (job) =>
      `${nameOf(job)}  ${shortId(job.id)}  ${statusText(job)}  owner ${job.owner}${notYours(job, user)}`,
  );
  const text = [
    `Nothing was killed yet. ${counted(chosen.length, "job")} in ${identityOf(first).project} would be killed:`,
    ...rows,
    ...(moreCount === 0 ? [] : [`${moreCount} more match; select again after these.`]),
    ...leftLines(preview, policy),
    `If that is what the user wants, call job_kill {"token": "${token}"} within ${TOKEN_MINUTES} minutes; it kills exactly the jobs listed above.`,
  ].join("\n");
  const data = {
    token,
    jobs: chosen.map((job) => ({ job: nameOf(job), id: job.id, owner: job.owner, status: job.status })),
    ...(left.length === 0 ? {} : { skipped: left.map(identityOf) }),
  };
  return { text, data };
}

function leftLines({ left, leftCount }: KillPreview, policy: Policy): string[] {
  if (leftCount === 0) return [];
  const more = leftCount - left.length;
  return [
    `Also matching, but left alone as ${leftBecause(policy)} (${leftCount}):`,
    ...left.map((job) => `${nameOf(job)}  ${shortId(job.id)}  owner ${job.owner}`),
    ...(more === 0 ? [] : [`… and ${more} more`]),
  ];
}
