import type { JobDescription } from "../../client/index.ts";
import { jobRow, rowText } from "../rows.ts";
import { shortIds } from "./near.ts";

/** The jobs an ambiguous name may mean, one line each, with what tells them apart and an id that names one. */
export function candidatesText(jobs: readonly JobDescription[], nowMs: number): string {
  const ids = shortIds(jobs.map(({ id }) => id));
  const lines = jobs.map((job) => {
    // Without a caller every owner is named.
    const row = jobRow(job, { nowMs, project: job.project_name });
    return `- ${ids.get(job.id) ?? job.id}: ${rowText(row, nowMs)}`;
  });
  return `Say which one by its id:\n${lines.join("\n")}`;
}
