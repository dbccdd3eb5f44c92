import { identityOf } from "../../jobs/identity.ts";
import { shortId } from "../../jobs/names/near.ts";
import { nameOf, statusText } from "../../jobs/standing.ts";
import type { Policy } from "../../operations/caller.ts";
import { leftBecause, notYours } from "../../operations/find/owned.ts";
import type { KillPreview } from "../../operations/kill/select.ts";

const TOKEN_MINUTES = 10;

/** What a selection would kill, and the call that does it. */
export function previewReply(preview: KillPreview, policy: Policy) {
  const { token, chosen, moreCount, left, user } = preview;
  const [first] = chosen;
  if (first === undefined) {
    const nothing = "No active job that may be killed fits the selection; nothing was killed.";
    const data = { jobs: [], skipped: left.map(identityOf) };
    return { text: [nothing, ...leftLines(preview, policy)].join("\n"), data };
  }
  const rows = chosen.map(
    (job) =>
      `${nameOf(job)}  ${shortId(job.id)}  ${statusText(job)}  owner ${job.owner}${notYours(job, user)}`,
  );
  const text = [
    `Nothing was killed yet. These ${chosen.length} in ${identityOf(first).project} would be:`,
    ...rows,
    ...(moreCount === 0 ? [] : [`${moreCount} more fit; select again after these.`]),
    ...leftLines(preview, policy),
    `If that is what the user wants, call job_kill {"token": "${token}"} within ${TOKEN_MINUTES} minutes; it kills these ${chosen.length} and no others.`,
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
    `These ${leftCount} fit too and are left alone, as they are ${leftBecause(policy)}:`,
    ...left.map((job) => `${nameOf(job)}  ${shortId(job.id)}  owner ${job.owner}`),
    ...(more === 0 ? [] : [`… and ${more} more`]),
  ];
}
