import { z } from "zod";
import { ACTIVE_STATUSES, FINISHED_STATUSES, type JobStatus } from "../client/index.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import { compileSearch } from "../jobs/output/grep.ts";
import { requireText } from "../jobs/output/not-a-pattern.ts";
import { parseDuration, parseLifeSpan } from "../jobs/time/durations.ts";
import { parseMoment } from "../jobs/time/moments.ts";
import { type Hint, hinted, UNSET } from "./reading/hint.ts";

/**
 * Together with the tag's prefix and a sweep's number it still fits into a tag of the platform. Half of a surrogate
 * pair would be another character in a query than in a body.
 */
const REQUEST_ID = /^[^\s\p{Cs}]{1,240}$/u;

/** What a project or an organization can be called. Source: protocol reference 3.9 */
const PLACE = /^(?=.{3,255}$)[a-z0-9](?:-?[a-z0-9])*$/;

/** Pieces that several tools' inputs share. */

export function textArg(example: string, hint: Hint = {}) {
  return hinted(z.string(), { example, ...hint });
}

/** A text that `read` takes. @throws within `read` {InvalidInputError} which becomes the argument's refusal */
export function readable(read: (text: string) => unknown, hint: Hint) {
  const check = (text: string, issues: z.RefinementCtx) => {
    try {
      read(text);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      issues.addIssue({ code: "custom", message: error.message });
    }
  };
  return hinted(z.string().superRefine(check), hint);
}

export const duration = readable(parseDuration, { example: "6h", seconds: true });
export const moment = readable((text) => parseMoment(text, { nowMs: Date.now() }), { example: "2h" });
/** A regular expression for lines of a log. */
export const pattern = readable((text) => compileSearch(requireText(text)), {
  example: "error|warn",
  verbatim: true,
});
/** Text for a shell or words; a list of them is quoted. */
export const command = textArg("python train.py", { verbatim: true, words: true });
export const lifeSpan = readable((text) => (text === "none" ? undefined : parseLifeSpan(text)), {
  example: "6h",
  seconds: true,
});
export const envValue = textArg("0.1", { verbatim: true, mayBeEmpty: true });
export const env = hinted(z.record(z.string(), envValue), { example: { LR: "0.1" } });
/** An empty one is a mistake that costs: who gives it counts on a repeat that is safe. */
export const requestId = readable(checkRequestId, { example: "run-1", mayBeEmpty: true, verbatim: true });

export const jobRef = textArg("train-7b").describe("Name or id");

export const jobRefs = listOfJobs(100);

/** Jobs by name, at most so many. */
export function listOfJobs(most: number) {
  const refs = z.array(z.string()).min(1).max(most);
  return hinted(refs, { example: ["train-7b"], between: "," }).describe("Names or ids");
}

/** Statuses, and words for groups of them. */
const statusWords = z.array(z.enum([...ACTIVE_STATUSES, ...FINISHED_STATUSES, "active", "finished"]));
const membersOf = (word: "active" | "finished" | JobStatus): readonly JobStatus[] =>
  word === "active" ? ACTIVE_STATUSES : word === "finished" ? FINISHED_STATUSES : [word];
export const statuses = hinted(statusWords, { example: ["running"], between: "[\\s,]+" }).transform(
  (words) => [...new Set(words.flatMap(membersOf))],
);
/** The same, without the words in the list of tools: job_list's has them. */
export const statusesAsInList = statuses.meta({ wordsUnlisted: true });

/** A project, or `*` for all. */
export const projectPath = z.string().superRefine((path, issues) => {
  const parts = path.split("/");
  if (parts.length > 3 || parts.some((part) => !/^\S{1,200}$/.test(part))) {
    issues.addIssue({ code: "custom", message: "expected project, org/project or cluster/org/project" });
    return;
  }
  const wrong = parts.slice(-2).find((part) => part !== "*" && !PLACE.test(part));
  if (wrong === undefined) return;
  const near = wrong.toLowerCase().replaceAll("_", "-");
  const guess = PLACE.test(near) ? `; did you mean ${near}?` : "";
  const message = `${JSON.stringify(wrong.slice(0, 80))} cannot be a name there: 3 or more lower-case letters, digits and single hyphens between them${guess}`;
  issues.addIssue({ code: "custom", message });
});

export const anyProject = hinted(projectPath, { example: "org/project" }).optional().describe("org/project");

/** For what is done in one project. */
export const project = hinted(
  projectPath.refine((path) => !path.endsWith("*"), "name one; job_list takes * for all"),
  { example: "org/project" },
)
  .optional()
  .describe("org/project");

/** Selects jobs. An empty text would select none, or those without a value. */
export const selector = z
  .string()
  .refine((word) => word.trim() !== "", "is empty: leave it out to select by something else");

/** A tag has no blanks, but may have a comma. */
const TAGS = { example: ["lr-sweep"], between: "[,;]?\\s+", doubt: "[,;]" } satisfies Hint;
export const tags = hinted(z.array(selector), TAGS);
/** The same for a start, which says itself what no tag can be. */
export const newTags = hinted(z.array(z.string()), TAGS);

/** How long to wait. */
export function waitSeconds(least: number, example: number) {
  return hinted(z.int().min(least).max(50), { example, seconds: true });
}

/** Refuses a request id that cannot be part of a tag. */
function checkRequestId(id: string): void {
  // It would be the id of all requests that meant to have none.
  if (UNSET.test(id))
    throw new InvalidInputError(
      `${JSON.stringify(id)} says that there is none: leave it out, or give one. Nothing was started.`,
    );
  if (REQUEST_ID.test(id)) return;
  const near =
    id
      .trim()
      .replace(/[\s\p{Cs}]+/gu, "-")
      .slice(0, 40) || "run-1";
  throw new InvalidInputError(
    `must be 1 to 240 characters without blanks or halves of characters, e.g. "${near}". Nothing was started.`,
  );
}
