import { z } from "zod";
import { stateData } from "../../jobs/standing.ts";
import { formatInstant } from "../../jobs/time/durations.ts";
import { type WaitQuery, type WaitResult, waitForJobs } from "../../operations/wait/index.ts";
import { beginWait, lookAgain } from "../../operations/wait/task.ts";
import { ifAny, jobState, maybeText, maybeTexts, openObject, text } from "../answers.ts";
import { jobRefs, pattern, project, waitSeconds } from "../args.ts";
import { defineTool, type Reply } from "../define-tool.ts";
import { errorText } from "../errors.ts";
import { hinted } from "../reading/hint.ts";
import { MAX_NAMED, standingText, waitedSeconds, waitText } from "./reply.ts";

const DEFAULT_SECONDS = 45;

const goal = hinted(z.enum(["running", "finished", "log"]), { example: "finished" });

const output = openObject(
  { finished: z.boolean() },
  {
    jobs: z.array(openObject({}, jobState)),
    waited_seconds: z.number(),
    ended: z.boolean(),
    matched: z.object({ job: text, line: text }).optional(),
    trouble: maybeText,
    as_of: maybeText,
    gone: maybeTexts,
  },
);

export const wait = defineTool({
  name: "job_wait",
  title: "Wait for jobs",
  description: "Waits until jobs run or have ended, or a log has a line. finished: false: call again.",
  toolset: "core",
  input: z.strictObject({
    jobs: jobRefs,
    until: goal.optional().describe("Default finished; running: also ended"),
    pattern: pattern.optional().describe("For log, e.g. epoch 3"),
    wait_seconds: waitSeconds(0, 45).optional().describe("Longest, default 45"),
    project,
  }),
  output,
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  waits: ({ wait_seconds = DEFAULT_SECONDS }) => wait_seconds,
  async run({ wait_seconds = DEFAULT_SECONDS, ...args }, call) {
    return replyOf(await waitForJobs({ ...queryOf(args), wait_seconds }, call));
  },
  task: {
    async begin(args, call) {
      const { isOver, result, wait } = await beginWait(queryOf(args), call);
      return isOver ? replyOf(result) : { wait, line: standingText(result) };
    },
    async look(wait, call) {
      const { isOver, result } = await lookAgain(wait, call);
      return isOver ? replyOf(result) : { line: standingText(result) };
    },
  },
});

type Arguments = Omit<WaitQuery, "until"> & { until?: WaitQuery["until"] | undefined };

/** The order of the keys is that of the calls that go on. */
function queryOf({ jobs, until: asked, pattern, wait_seconds, project }: Arguments): WaitQuery {
  const until = asked ?? (pattern === undefined ? "finished" : "log");
  return { jobs, until, pattern, wait_seconds, project };
}

function replyOf(result: WaitResult): Reply<z.input<typeof output>> {
  const { jobs, next } = result;
  const calls = "wait" in next ? [next.call, next.wait] : [next.call];
  return { text: waitText(result), data: dataOf(result), jobs, next: calls };
}

function dataOf(result: WaitResult): z.input<typeof output> {
  const { finished, ended, jobs, match, trouble, gone, view } = result;
  return {
    finished,
    ended,
    waited_seconds: waitedSeconds(result),
    jobs:
      jobs.length <= MAX_NAMED
        ? jobs.map((job) => stateData(job, view.me))
        : jobs.map(({ id, status }) => ({ id, status })),
    matched: match && { job: match.job.id, line: match.line },
    trouble: trouble && errorText(trouble.error),
    as_of: trouble?.asOfMs === undefined ? undefined : formatInstant(trouble.asOfMs),
    gone: ifAny([...gone.keys()]),
  };
}
