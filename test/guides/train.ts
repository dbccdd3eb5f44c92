import { type Platform, untilFinished } from "apolo-jobs-mcp/client";

/** Trains once per commit, and tells the team how it went. */
export async function train(platform: Platform, { commit, webhook }: { commit: string; webhook: string }) {
  const { job } = await platform.jobs.startOnce(
    { image: "ubuntu", command: `echo training ${commit}`, name: "train", lifeSpanSeconds: 3600 },
    { requestId: `train-${commit}` },
  );
  const { status } = await untilFinished(platform, job.id);
  await fetch(webhook, { method: "POST", body: JSON.stringify({ commit, status }) });
  return job.id;
}
