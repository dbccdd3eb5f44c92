import { PlatformError } from "../../../client/index.ts";
import { oneLine } from "../../../foreign.ts";
import { InvalidInputError } from "../../../jobs/invalid-input.ts";
import { timesText } from "../../../jobs/words.ts";
import { PolicyError } from "../../../operations/policy-error.ts";
import type { StartProblem } from "../../../operations/start/check.ts";
import type { StartOutcome, StartRequest } from "../../../operations/start/request.ts";
import type { StartResult } from "../../../operations/start/run.ts";
import { limitText } from "../limits.ts";
import { asNothing, exceededText, failureOf, problemText } from "./problems.ts";
import { causes } from "./rows.ts";

/** What was tried. @throws what was refused before that, and why nothing was started */
export function triedOutcomes(result: StartResult, request: StartRequest): StartOutcome[] {
  if (result.outcome === "refused") throw refusal(result.problems);
  if (result.outcome === "over_limit")
    throw new PolicyError("over_limit", `${limitText(result.problem)} Nothing was started.`);
  const { outcomes } = result;
  const [first, ...others] = outcomes;
  if (first?.exceeded !== undefined && others.length === 0)
    throw new PolicyError("over_limit", exceededText(first.exceeded));
  const failure = first === undefined || others.length > 0 ? undefined : failureOf(first);
  if (failure !== undefined) throw asNothing(failure, request);
  if (outcomes.every(({ job }) => job === undefined)) throw nothingStarted(outcomes);
  return outcomes;
}

function refusal(problems: readonly StartProblem[]): InvalidInputError {
  const [only, ...others] = problems.map((problem) => oneLine(problemText(problem)));
  const list =
    others.length === 0 ? ` ${only ?? ""}` : `\n${[only, ...others].map((text) => `- ${text}`).join("\n")}`;
  return new InvalidInputError(`The start would be refused, nothing was sent.${list}`);
}

/** One error for all: the code of the first says what can be done. */
function nothingStarted(outcomes: readonly StartOutcome[]): PlatformError {
  const all = causes(outcomes);
  const isKnown = all.every(({ fate }) => fate === "Not started");
  const lines = all.map(({ text, names }) => `- ${timesText(names.length)} ${text}`);
  const what = isKnown ? "was started" : "is known to have been started";
  const message = `None of ${outcomes.length} jobs ${what}:\n${lines.join("\n")}`;
  const [cause] = outcomes.flatMap((outcome) => failureOf(outcome) ?? []);
  return new PlatformError(cause?.code ?? "platform_error", message, { cause });
}
