import type { JobDescription } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { compileSearch } from "../../jobs/output/grep.ts";
import { fitLine } from "../../jobs/output/lines.ts";
import { showText } from "../../jobs/output/terminal.ts";
import { nameOf } from "../../jobs/standing.ts";
import type { Call } from "../caller.ts";
import { lineMatcher } from "../logs/query.ts";
import { watchLog } from "../logs/watch.ts";
import { passing } from "../patience.ts";
import { redactorFor } from "../redactor.ts";
import { startPoll } from "../watch/poll.ts";
import type { Outcome, Wait } from "./outcome.ts";

/** One stream a job. */
const MAX_WATCHED = 10;
const MAX_LINE_CHARS = 500;
const LAST_LOOK_MS = 3000;

/** Waits for a matching line: the first job to print one ends the wait for all. */
export async function untilLine(
  pattern: string,
  { jobs, deadlineMs }: Wait,
  { caller, signal, progress }: Call,
): Promise<Outcome> {
  if (jobs.length > MAX_WATCHED)
    throw new InvalidInputError(
      `until: "log" watches at most ${MAX_WATCHED} jobs; ${jobs.length} were named.`,
    );
  const { platform } = caller;
  const redact = redactorFor(caller, jobs);
  const matcher = lineMatcher(pattern, { redact });
  const found = new AbortController();
  let match: Outcome["match"];
  let trouble: Outcome["trouble"];
  const unread: JobDescription[] = [];
  const watchOne = async (job: JobDescription) => {
    const onLine = () => progress(`reading the log of ${nameOf(job)}`);
    const options = { job, isMatch: matcher(), keep: 1, deadlineMs, stop: found.signal, onLine };
    const watched = await watchLog(platform, options, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      trouble = { message: passing(error).message };
      return { matched: false, lines: [], ended: false, isWhole: false };
    });
    const { matched, lines, ended, isWhole } = watched;
    if (!(ended && isWhole)) unread.push(job);
    if (!matched || match !== undefined) return;
    const line = redact(showText(lines.at(-1)?.text ?? "")).text;
    match = {
      job,
      line: fitLine({ text: line }, { maxChars: MAX_LINE_CHARS, hit: compileSearch(pattern).indexIn(line) }),
    };
    found.abort();
  };
  await Promise.all(jobs.map(watchOne));
  const poll = startPoll(jobs, platform);
  await poll.refresh(signal, Date.now() + LAST_LOOK_MS);
  const finished = match !== undefined;
  return { finished, jobs: poll.jobs, gone: new Map(), match, trouble, isOver: finished, unread };
}
