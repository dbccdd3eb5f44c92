import { PlatformError, RequestIdUsedError, unreadableText } from "../../client/index.ts";
import { cutShort, oneLine, sentence } from "../../foreign.ts";
import { isPrice } from "../../jobs/cost.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { unknownProjectText } from "../../jobs/names/near.ts";
import { callText } from "../../jobs/next-call.ts";
import { counted, creditsText, named, present, timesText } from "../../jobs/words.ts";
import { PolicyError } from "../../operations/policy-error.ts";
import type { Exceeded } from "../../operations/spending/overflow.ts";
import type { StartProblem } from "../../operations/start/check.ts";
import type { StartOutcome, StartRequest } from "../../operations/start/request.ts";
import type { StartResult } from "../../operations/start/run.ts";
import { codedText, errorText } from "../errors.ts";
import { limitText } from "../limits.ts";
import { exampleOf, exampleText } from "../reading/example.ts";
import { faultText } from "./faults.ts";
import { startInput } from "./input.ts";

const MAX_CAUSES = 5;
const MAX_CAUSE_CHARS = 2000;
const MAX_NAMES = 20;

type Repeat = Pick<StartRequest, "requestId" | "isRepeatable">;

/** Why a start would be refused, and an example of what would not. */
export function problemText(problem: StartProblem): string {
  const argument = argumentOf(problem);
  return `${whyText(problem)}${argument === undefined ? "" : exampleOf(startInput, argument)}`;
}

function argumentOf(problem: StartProblem): string | undefined {
  switch (problem.code) {
    // Their words have an example, or need none.
    case "unknown_preset":
    case "unknown_stored":
    case "unknown_schedule":
    case "over_limit":
    case "local_folder":
      return undefined;
    case "invalid":
      return problem.about;
    case "name_taken":
      return "name";
    case "unknown_project":
      return "project";
    default:
      return problem.field;
  }
}

function whyText(problem: StartProblem): string {
  if (problem.code === "unknown_stored") return storedText(problem);
  if ("field" in problem) return faultText(problem);
  switch (problem.code) {
    case "invalid":
      return problem.text;
    case "over_limit":
      return limitText(problem.problem);
    case "name_taken":
      return `name: ${problem.name} is the name of an active job, ${problem.id}.`;
    case "unknown_project":
      return `project: ${unknownProjectText(problem.unknown)}`;
    case "unknown_preset":
      return presetText(problem);
    case "unknown_schedule":
      return `energy_schedule: there is no ${insteadText(problem)}`;
  }
}

/** An example has the hardware that the name wanted speaks of. */
function presetText(problem: StartProblem & { code: "unknown_preset" }): string {
  const { alike, known, near = alike[0] } = problem;
  const isSome = alike.length > 0 && alike.length < known.length;
  const like = isSome ? ` Of that kind: ${alike.join(", ")}.` : "";
  const example = near === undefined ? "" : exampleText({ preset: near });
  return `preset: there is no ${insteadText(problem)}${like}${unreadableText(problem)}${example}`;
}

function storedText({ field, kind, place, ...problem }: StartProblem & { code: "unknown_stored" }): string {
  return `${field}: there is no ${kind} ${insteadText(problem, ` in ${place} that you may read`)}`;
}

/** `"smal" … . Did you mean small? There are: small, large.` */
function insteadText(
  { wanted, near, known }: { wanted: string; near: string | undefined; known: readonly string[] },
  where = "",
): string {
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  return `"${wanted.slice(0, 60)}"${where}.${hint} There are: ${known.join(", ") || "none"}.`;
}

/** Lets an error say that nothing was started, unless it says otherwise itself. */
export async function orNothing<T>(work: Promise<T>, request: Repeat): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asNothing(error, request);
  }
}

/** The outcomes of a start that was tried. @throws why it was refused, or why nothing was started */
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

/** Why one job is not known to have been started, and what to do about it. */
export function failureOf({ error, nameTaken, exceeded }: StartOutcome): PlatformError | undefined {
  if (exceeded !== undefined) {
    const code = exceeded.endError === undefined ? "quota" : "unknown_outcome";
    return new PlatformError(code, exceededText(exceeded), { retryable: false });
  }
  if (error === undefined || nameTaken === undefined) return error;
  const { name, holder } = nameTaken;
  const kill = callText({ tool: "job_kill", arguments: { jobs: [holder] } });
  return new PlatformError(
    "conflict",
    `The name "${name}" is taken by an active job, ${holder}: give another name, or first end that one, if the user wants that, with ${kill}.`,
    { cause: error, retryable: false, request: error.request, serverText: error.serverText },
  );
}

/** Whether it is certain that a job was not started. */
export function fateOf({ code }: PlatformError): "Not started" | "Unknown" {
  return code === "unknown_outcome" ? "Unknown" : "Not started";
}

/** Why some jobs of a sweep were not started, each cause once, with the jobs it kept from starting. */
export function causeLines(outcomes: readonly StartOutcome[]): string[] {
  const all = causesOf(outcomes);
  const more = all.length - MAX_CAUSES;
  return present([
    ...all
      .slice(0, MAX_CAUSES)
      .map(
        ({ error, names }) =>
          `${fateOf(error)} (${named(names, MAX_NAMES)}): ${failureText(error, MAX_CAUSE_CHARS)}`,
      ),
    more > 0 && `… and ${counted(more, "other cause")}`,
  ]);
}

export function failureText(error: PlatformError, maxChars: number): string {
  return cutShort(codedText(error), maxChars);
}

export function cut(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`;
}

function asNothing(error: unknown, { requestId, isRepeatable }: Repeat): unknown {
  if (!(error instanceof PlatformError)) return error;
  if (error.code === "unknown_outcome" || error instanceof RequestIdUsedError) return error;
  const again =
    isRepeatable && error.retryable ? ` Repeating it with request_id "${requestId}" is safe.` : "";
  return error.restate({ message: `${sentence(error.message)}${again}`, outcome: "nothing" });
}

function exceededText({ job, problem, endError }: Exceeded): string {
  const { id, price_credits_per_hour: price } = job;
  const at = isPrice(price) ? ` at ${creditsText(price)} per hour` : "";
  const how = `${limitText(problem)} ${id}, which this call started${at},`;
  if (endError === undefined) return `${how} was ended at once.`;
  const kill = callText({ tool: "job_kill", arguments: { jobs: [id] } });
  return `${how} could not be ended (${errorText(endError)}): end it with ${kill}.`;
}

function refusal(problems: readonly StartProblem[]): InvalidInputError {
  const texts = problems.map((problem) => oneLine(problemText(problem)));
  const list = texts.length === 1 ? ` ${texts.join("")}` : texts.map((text) => `\n- ${text}`).join("");
  return new InvalidInputError(`The start would be refused, nothing was sent.${list}`);
}

/** One error for all: the code of the first says what can be done. */
function nothingStarted(outcomes: readonly StartOutcome[]): PlatformError {
  const all = causesOf(outcomes);
  const lines = all.map(
    ({ error, names }) => `- ${timesText(names.length)} ${failureText(error, MAX_CAUSE_CHARS)}`,
  );
  const isKnown = all.every(({ error }) => fateOf(error) === "Not started");
  const what = isKnown ? "was started" : "is known to have been started";
  const message = `None of ${outcomes.length} jobs ${what}:\n${lines.join("\n")}`;
  const cause = all[0]?.error;
  return new PlatformError(cause?.code ?? "platform_error", message, { cause });
}

/** Why some jobs were not started: the error of the first, and the names or numbers of all. */
interface Cause {
  error: PlatformError;
  names: string[];
}

function causesOf(outcomes: readonly StartOutcome[]): Cause[] {
  const causes = new Map<string, Cause>();
  for (const outcome of outcomes) {
    const error = failureOf(outcome);
    if (error === undefined) continue;
    const kind = kindOf(outcome, error);
    const cause = causes.get(kind) ?? { error, names: [] };
    const name = outcome.item.name ?? String(outcome.item.index);
    cause.names.push(outcome.exceeded === undefined ? name : `${name} ${outcome.exceeded.job.id}`);
    causes.set(kind, cause);
  }
  return [...causes.values()];
}

/** What jobs that failed alike share: their errors may differ in names and ids. */
function kindOf({ nameTaken, exceeded }: StartOutcome, error: PlatformError): string {
  if (nameTaken !== undefined) return "name taken";
  if (exceeded !== undefined && exceeded.endError === undefined) return `over ${exceeded.problem.limit}`;
  if (error instanceof RequestIdUsedError) return `request id used: ${error.differing.join(", ")}`;
  return `${error.code}: ${error.message}`;
}
