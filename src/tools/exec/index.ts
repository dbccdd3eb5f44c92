import { quote } from "shlex";
import { z } from "zod";
import type { Capped, Collected, JobDescription } from "../../client/index.ts";
import { identityOf, identityText } from "../../jobs/identity.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { binaryKind } from "../../jobs/output/binary.ts";
import { formatBytes } from "../../jobs/output/budget.ts";
import { fenceOutput } from "../../jobs/output/fence.ts";
import { showText } from "../../jobs/output/terminal.ts";
import { type Redact, redactFrom, redactPart } from "../../jobs/redact/index.ts";
import { keyAfter } from "../../jobs/redact/private-keys.ts";
import { nameOf } from "../../jobs/standing.ts";
import { secretInText } from "../../jobs/start/plain-secrets.ts";
import { counted, present } from "../../jobs/words.ts";
import { redactorFor } from "../../operations/caller.ts";
import { runInJob, startTrouble } from "../../operations/exec.ts";
import { maybeFlag, maybeNumber, maybeText, openObject, text, whichJob } from "../answers.ts";
import { command, jobRef, project, textArg, waitSeconds } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { unknownOutcome } from "../errors.ts";
import { fromItsEnvironment, refuseSecrets } from "../plain-secrets.ts";
import { hinted } from "../reading/hint.ts";
import { meantText } from "../whose.ts";
import { type Binary, binaryText, fetchText } from "./binary.ts";
import { endingText, lookText } from "./ending.ts";

/** Words cut in two where the middle was left out: half a number is another one. */
const CUT_END = /\S{1,1000}$/;
const CUT_START = /^\S{1,1000}/;

export const exec = defineTool({
  name: "job_exec",
  title: "Run in job",
  description: "Runs a command in a running job: stdout, stderr, exit code.",
  toolset: "core",
  input: z.strictObject({
    job: jobRef,
    command: hinted(command, { usual: true }).optional().describe("Shell text, e.g. df -h | head"),
    argv: hinted(z.array(z.string()).min(1), { example: ["nvidia-smi"], program: true })
      .optional()
      .describe('Or e.g. ["nvidia-smi"]'),
    stdin: textArg("yes\n", { verbatim: true, mayBeEmpty: true }).optional().describe("Then end of file"),
    working_dir: textArg("/app").optional().describe("e.g. /app"),
    timeout_seconds: waitSeconds(1, 30).default(30).describe("Longest"),
    project,
  }),
  output: openObject(
    { exit_code: z.int().optional(), stdout: text, stderr: text },
    {
      timed_out: z.boolean(),
      ...whichJob,
      duration_ms: z.number(),
      job_status: maybeText,
      connection_lost: maybeFlag,
      hidden: maybeNumber,
      /** A stream held this instead of text. */
      binary: z.looseObject({ kind: text, bytes: z.int() }).optional(),
    },
  ),
  nothing: "Nothing was run.",
  effects: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  waits: ({ timeout_seconds }) => timeout_seconds,
  async run({ job: ref, project: at, timeout_seconds: seconds, working_dir: workingDir, ...what }, call) {
    if ((what.command === undefined) === (what.argv === undefined)) {
      throw new InvalidInputError(
        "Give command (shell text) or argv (program and arguments), one of them. Nothing was run.",
        { argument: "command" },
      );
    }
    const secrets = [
      ...secretInText("command", what.command),
      ...secretInText("argv", what.argv?.map((word) => quote(word)).join(" ")),
    ];
    refuseSecrets(secrets, { policy: call.caller.policy, way: fromItsEnvironment });
    const result = await runInJob({ ref, project: at, seconds, workingDir, ...what }, call);
    const { job, again } = result;
    if (result.ran === undefined)
      throw unknownOutcome(
        result.error,
        `${identityText(job)}: whether the command was started is unknown. ${lookText(again)}`,
      );
    const { ran, after } = result;
    // Of a token cut in two the last defence knows neither part.
    const redact = redactorFor(call.caller, [job], call.caller.platform.secrets());
    const stdout = shown(ran.stdout, redact);
    const stderr = shown(ran.stderr, redact);
    const hidden = stdout.hidden + stderr.hidden;
    const { binary } = stdout;
    const ending = endingText(result, { seconds, isArgv: what.argv !== undefined });
    const text = present([
      redact(`${meantText(result)}: ${ending}`).text,
      ...streamLines({ stdout, stderr }, { job, ran }),
      binary && redact(fetchText(binary, { job, again, ...what })).text,
      hidden > 0 && `${counted(hidden, "secret value")} hidden.`,
    ]).join("\n");
    const data = {
      ...identityOf(job),
      exit_code: ran.exitCode,
      connection_lost: ran.lost !== undefined || undefined,
      job_status: after?.status,
      timed_out: ran.timedOut,
      duration_ms: ran.durationMs,
      stdout: stdout.text,
      stderr: stderr.text,
      binary: stdout.binary ?? stderr.binary,
      hidden: hidden || undefined,
    };
    return { text, data, jobs: [job] };
  },
});

interface Shown {
  text: string;
  hidden: number;
  /** It is no text, which is why there is none. */
  binary?: Binary | undefined;
}

/** Each stream that has something in it. */
function streamLines(
  streams: { stdout: Shown; stderr: Shown },
  { job, ran }: { job: JobDescription; ran: Collected },
): string[] {
  const lines = Object.entries(streams).flatMap(([name, { text, binary }]) => {
    if (binary !== undefined) return [`${name}: ${binaryText(binary)}.`];
    return text === "" ? [] : [fenceOutput(text, `${name} of the command in ${nameOf(job)}`)];
  });
  if (lines.length > 0) return lines;
  if (startTrouble(ran) !== undefined || (ran.timedOut && !ran.accepted)) return [];
  return [ran.exitCode === undefined ? "Nothing was printed so far." : "It printed nothing."];
}

function shown(printed: Capped, redact: Redact): Shown {
  const { omittedBytes, start, totalBytes } = printed;
  const kind = binaryKind(start);
  if (kind !== undefined) return { text: "", hidden: 0, binary: { kind, bytes: totalBytes } };
  const head = showText(printed.head);
  if (omittedBytes === 0) return redactFrom(redact, head);
  const lead = showText(printed.lead);
  const gap = `… ${formatBytes(omittedBytes)} left out here: use head, tail or grep in the command …`;
  const first = redactPart(redact, head, { after: showText(printed.follow) });
  // What came before the tail may begin inside a private key.
  const inKey = lead.startsWith(head) ? undefined : keyAfter(head.split("\n"));
  const last = redactPart(redact, showText(printed.tail), { before: lead, inKey });
  const text = [first.text.replace(CUT_END, ""), gap, last.text.replace(CUT_START, "")].join("\n");
  return { text, hidden: first.hidden + last.hidden };
}
