import type { JobDescription } from "../../client/index.ts";
import { identityText } from "../../jobs/identity.ts";
import type { KillResult } from "../../operations/kill/index.ts";
import { PolicyError } from "../../operations/policy-error.ts";

const MOST_NAMED = 10;

export function questionText(jobs: readonly JobDescription[]): string {
  return `Kill ${whatText(jobs)} for good? ${namesText(jobs)}`;
}

/** A person was asked and did not agree. */
export function declined({
  declined: answer,
  jobs,
}: Extract<KillResult, { declined: unknown }>): PolicyError {
  const said = answer === "no" ? "declined" : "did not answer in time";
  return new PolicyError(
    "declined",
    `The person was asked whether to kill ${whatText(jobs)} (${namesText(jobs)}) and ${said}: nothing was killed. Do not ask again unless the user wants it. If the user saw no question, their MCP client declines automatically: they can kill with "apolo kill ${jobs[0]?.id ?? ""}".`,
  );
}

function whatText({ length }: readonly JobDescription[]): string {
  return length === 1 ? "this job" : `these ${length} jobs`;
}

function namesText(jobs: readonly JobDescription[]): string {
  const more = jobs.length > MOST_NAMED ? ` and ${jobs.length - MOST_NAMED} more` : "";
  return `${jobs.slice(0, MOST_NAMED).map(identityText).join(", ")}${more}`;
}
