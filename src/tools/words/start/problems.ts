import { PlatformError, RequestIdUsedError, unreadableText } from "../../../client/index.ts";
import { sentence } from "../../../foreign.ts";
import { callText } from "../../../jobs/next-call.ts";
import { creditsText } from "../../../jobs/words.ts";
import type { Exceeded } from "../../../operations/spending/overflow.ts";
import type { StartProblem } from "../../../operations/start/check.ts";
import type { StartOutcome, StartRequest } from "../../../operations/start/request.ts";
import { limitText } from "../limits.ts";

/** Why a start would be refused. */
export function problemText(problem: StartProblem): string {
  switch (problem.code) {
    case "invalid":
      return problem.text;
    case "over_limit":
      return limitText(problem.problem);
    case "name_taken":
      return `name: ${problem.name} is the name of an active job, ${problem.id}.`;
    case "unknown_project": {
      const { project, cluster, org, known } = problem;
      return `project: ${project} is not among yours in ${cluster}/${org} (${known.join(", ") || "none"}).`;
    }
    case "unknown_preset": {
      const { wanted, near, known } = problem;
      const hint = near === undefined ? "" : ` Did you mean ${near}?`;
      return `preset: there is no "${wanted.slice(0, 60)}".${hint} There are: ${known.join(", ")}.${unreadableText(problem)}`;
    }
  }
}

/** Why one job is not known to have been started, and what to do about it. */
export function failureOf({ error, nameTaken, exceeded }: StartOutcome): PlatformError | undefined {
  if (exceeded !== undefined) return new PlatformError("quota", exceededText(exceeded), { retryable: false });
  if (error === undefined || nameTaken === undefined) return error;
  const { name, holder } = nameTaken;
  const kill = callText({ tool: "job_kill", arguments: { jobs: [holder] } });
  return new PlatformError(
    "conflict",
    `The name "${name}" is taken by an active job, ${holder}: give another name, or first end that one, if the user wants that, with ${kill}.`,
    { cause: error, retryable: false, request: error.request, serverText: error.serverText },
  );
}

export function exceededText({ job, problem, endError }: Exceeded): string {
  const { id, price_credits_per_hour: price } = job;
  const how = `${limitText(problem)} ${id}, which this call started at ${creditsText(price)} per hour,`;
  if (endError === undefined) return `${how} was ended at once.`;
  const kill = callText({ tool: "job_kill", arguments: { jobs: [id] } });
  return `${how} could not be ended (${endError.message}): end it with ${kill}.`;
}

/** What fails before or in a start has started nothing, unless its error says otherwise. */
export async function orNothing<T>(
  work: Promise<T>,
  request: Pick<StartRequest, "requestId" | "isRepeatable">,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asNothing(error, request);
  }
}

export function asNothing(
  error: unknown,
  { requestId, isRepeatable }: Pick<StartRequest, "requestId" | "isRepeatable">,
): unknown {
  if (!(error instanceof PlatformError)) return error;
  if (error.code === "unknown_outcome" || error instanceof RequestIdUsedError) return error;
  const again =
    isRepeatable && error.retryable ? ` Repeating it with request_id "${requestId}" is safe.` : "";
  return error.restate({ message: `${sentence(error.message)}${again}`, outcome: "nothing" });
}
