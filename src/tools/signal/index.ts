import { z } from "zod";
import { identityOf, identityText } from "../../jobs/identity.ts";
import { SIGNALS, type Signal } from "../../jobs/signals.ts";
import { statusText } from "../../jobs/standing.ts";
import { wasRestarted } from "../../operations/find/turned.ts";
import { signalJob } from "../../operations/signal/index.ts";
import { ifAny, maybeFlag, maybeNumber, openObject, text, whichJob } from "../answers.ts";
import { jobRef, project, waitSeconds } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { unknownOutcome } from "../errors.ts";
import { hinted } from "../reading/hint.ts";
import { declined, nextCalls, sentText, unknownText, unsent } from "./reply.ts";

// The keys of the table are its signals.
const NAMES = Object.keys(SIGNALS) as Signal[];
const spellings = NAMES.flatMap((name) =>
  [name, `SIG${name}`, `${SIGNALS[name]}`].flatMap((word) =>
    [word, `-${word}`, `kill -${word}`].map((written) => [written, name]),
  ),
);

export const signal = defineTool({
  name: "job_signal",
  title: "Signal a job",
  description:
    "Signals a running job's process; after TERM it can save its work and end. It may restart; job_kill ends for good.",
  toolset: "more",
  input: z.strictObject({
    job: jobRef,
    signal: hinted(z.enum(NAMES), {
      example: "TERM",
      narrows: true,
      spellings: Object.fromEntries(spellings),
    })
      .default("KILL")
      .describe("e.g. TERM"),
    wait_seconds: waitSeconds(0, 10).default(5).describe("Longest"),
    project,
  }),
  output: openObject(
    { after: text },
    {
      ...whichJob,
      before: text,
      signal: text,
      restarted: maybeFlag,
      exit_code: maybeNumber,
      received: z.array(z.looseObject({ process: z.int(), program: text, does: text })).optional(),
    },
  ),
  nothing: "Nothing was sent.",
  effects: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  waits: ({ wait_seconds }) => wait_seconds,
  async run({ job: ref, signal: name, wait_seconds: seconds, project }, call) {
    const result = await signalJob({ ref, project, signal: name, waitMs: seconds * 1000 }, call);
    const { job } = result;
    const before = job.status;
    const data = { ...identityOf(job), before, after: before, signal: name };
    switch (result.outcome) {
      case "already over":
        return {
          text: `${identityText(job)}: already ${statusText(job)}, nothing changed.`,
          data,
          jobs: [job],
        };
      case "unconfirmed":
        return {
          text: `Send SIG${name} to the process of ${identityText(job)}?`,
          data,
          asks: { token: result.token, about: [name, job.id, `run ${job.history.restarts}`] },
        };
      case "declined":
        throw declined(result, name);
      case "unsent":
        throw unsent(result, name);
      case "unknown":
        throw unknownOutcome(result.error, unknownText(result));
      case "sent": {
        const { after, delivery } = result;
        const receivers = delivery?.receivers ?? [];
        return {
          text: sentText(result, { name, seconds }),
          data: {
            ...data,
            after: after?.status ?? "unknown",
            restarted: (after !== undefined && wasRestarted(job, after)) || undefined,
            exit_code: after?.history.exit_code,
            received: ifAny(receivers.map(({ pid: process, ...receiver }) => ({ process, ...receiver }))),
          },
          jobs: [after ?? job],
          next: nextCalls(result, name),
        };
      }
    }
  },
});
