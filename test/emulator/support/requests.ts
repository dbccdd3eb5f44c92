import { vi } from "vitest";
import type { Scripted } from "./scripted.ts";

/** What the official client sends for a small job, with changes. */
export function jobBody(changes: object = {}): object {
  return {
    pass_config: false,
    project_name: "vision",
    cluster_name: "default",
    org_name: "acme",
    preset_name: "cpu-small",
    image: "ubuntu:22.04",
    command: "bash -c 'echo hi there'",
    ...changes,
  };
}

/** Starts a job and returns it as answered. */
export async function create({ call }: Scripted, changes: object = {}, user = "alice") {
  const { status, json, text } = await call("POST", "/api/v1/jobs?from_preset", {
    body: jobBody(changes),
    user,
  });
  if (status !== 202) throw new Error(`${status} ${text}`);
  return json;
}

export async function getJob({ call }: Scripted, id: string) {
  return (await call("GET", `/api/v1/jobs/${id}`)).json;
}

/** Polls until the job is in a status (and has a reason, if one is given). */
export async function untilJob(
  scripted: Scripted,
  id: string,
  expected: { status: string; reason?: string },
) {
  return vi.waitFor(
    async () => {
      const job = await getJob(scripted, id);
      const reached =
        job.status === expected.status && (expected.reason ?? job.history.reason) === job.history.reason;
      if (!reached) throw new Error(`still ${job.status} ${job.history.reason}`);
      return job;
    },
    { timeout: 30_000, interval: 5 },
  );
}
