import type { JobDescription } from "../../client/index.ts";
import { SIGNALS } from "../signals.ts";
import { formatDuration, formatInstant, formatSpan } from "../time/durations.ts";
import { explainExitCode } from "./exit-codes.ts";
import { type Explanation, formatMemory, type JobSurroundings, quoted, stated } from "./explanation.ts";
import { afterText } from "./history.ts";
import { invalidImage, pullProblem } from "./image.ts";
import { explainByLog } from "./log-cause.ts";
import { isAboutMemory } from "./log-rules.ts";
import { largerText, roomText } from "./room.ts";

type Explain = (job: JobDescription, around: JobSurroundings) => Explanation | undefined;

const AGAIN = "Start it again.";
/** The platform looks at life spans now and then. */
const ALL_BUT = 0.98;

const KILLED = 137;
/** SIGHUP, SIGINT and SIGTERM: nothing that the program printed is why. */
const FROM_OUTSIDE: ReadonlySet<number> = new Set([129, 130, 143]);

/** Failed and cancelled, by reason. Source: protocol reference 3.11. */
const REASONS: Readonly<Record<string, Explain>> = {
  Error: byExitCode,
  Completed: byExitCode,
  OOMKilled: (job, around) =>
    stated(
      `It used more than its memory of ${memoryOf(job)} and was killed for it (OOMKilled).`,
      largerText(job, around),
    ),
  ContainerCannotRun: cannotRun,
  StartError: cannotRun,
  Collected: (job) =>
    /^invalid image/i.test(job.history.description ?? "")
      ? invalidImage(job)
      : pullProblem(job, `could not be pulled, and the platform gave up${afterText(job)}; nothing ran`),
  ErrImagePull: (job) => pullProblem(job, "could not be pulled; nothing ran"),
  ImagePullBackOff: (job) => pullProblem(job, "could not be pulled; nothing ran"),
  InvalidImageName: (job) => invalidImage(job),
  ClusterScaleUpFailed: (job, around) =>
    stated(
      `No node for preset ${job.preset_name ?? "(none named)"} became free or could be added in time; nothing ran.`,
      `Start it with another preset, or later, or with a longer schedule timeout. ${roomText(job.preset_name, around) ?? ""}`.trim(),
    ),
  "Job cannot be scheduled": (_job, around) =>
    stated(
      "No node of the cluster can ever hold this job: it asks for more than any has.",
      `Choose another preset. ${roomText(undefined, around) ?? ""}`.trim(),
    ),
  NotFound: () =>
    stated(
      "Its container vanished: it could not be placed, or its node was taken away (preempted).",
      `${AGAIN} On nodes that may be taken away, save checkpoints and set a restart policy.`,
    ),
  ClusterNotFound: () => stated("The cluster it was to run on was removed.", "Start it on another cluster."),
  UserRequested: () =>
    stated(
      "A user or a program with access ended it (kill); it did not fail by itself.",
      "Start it again if that was not meant.",
    ),
  LifeSpanEnded: (job) =>
    stated(
      `${lifeText(job)} Its program had not finished.`,
      "Start it again with a longer life span, from its last checkpoint if it saved one; a running job's life span can be extended.",
    ),
  QuotaExhausted: quotaExhausted,
};

/** The explanation of a failed or cancelled job; `undefined` for a reason nobody documented. */
export function finishedReason(job: JobDescription, around: JobSurroundings): Explanation | undefined {
  const { reason, exit_code } = job.history;
  if (reason === undefined || reason === "")
    return exit_code === undefined ? undefined : byExitCode(job, around);
  return REASONS[reason]?.(job, around) ?? missing(reason) ?? couldNotStart(job, reason);
}

/** Not always what the times say: the life span may have been changed, or the platform's own clock differ. */
function lifeText({ life_span, history: { run_time_seconds: ran } }: JobDescription): string {
  if (life_span === undefined) return "Its life span ran out and the platform ended it.";
  const span = formatSpan(life_span);
  if (ran === undefined || ran >= life_span * ALL_BUT)
    return `It ran for its whole life span of ${span} and was ended by the platform.`;
  return `The platform ended it because its life span was over, as it says; by its own figures it ran for ${formatDuration(ran)} of ${span}.`;
}

/** By the exit code; for a SIGKILL nobody explains, memory is the likely cause. */
function byExitCode(job: JobDescription, around: JobSurroundings): Explanation | undefined {
  const { exit_code } = job.history;
  if (exit_code === undefined) return undefined;
  const { signalled } = around;
  if (signalled !== undefined && exit_code === 128 + SIGNALS[signalled.signal])
    return stated(
      `It was ended by signal ${exit_code - 128} (SIG${signalled.signal}, exit code ${exit_code}), which job_signal of this server sent at ${formatInstant(signalled.atMs)}.`,
      "Start it again if that was not meant.",
    );
  const byLog = FROM_OUTSIDE.has(exit_code) ? undefined : explainByLog(job, around);
  if (byLog !== undefined && (exit_code !== KILLED || isAboutMemory(byLog))) return byLog;
  const explained = explainExitCode(exit_code);
  if (exit_code !== KILLED) return explained;
  return {
    ...explained,
    why: `${explained.why} Its limit was ${memoryOf(job)}.`,
    next: largerText(job, around),
    besideLog: undefined,
  };
}

function cannotRun(job: JobDescription): Explanation {
  const { exit_code } = job.history;
  const known = exit_code === undefined ? undefined : explainExitCode(exit_code);
  const { entrypoint, command } = job.container;
  const what = entrypoint === undefined && command === undefined ? "the image's own command" : "its command";
  return stated(
    `The container was made, but ${what} could not be started in it. ${known?.why ?? ""}`.trim(),
    "Check that the program exists in the image under that name or path, is executable, and that the working folder exists.",
  );
}

/** `Missing secrets: 'a', 'b'`, `Missing disks: 'd'`: the platform found out only when it started the job. */
function missing(reason: string): Explanation | undefined {
  const kind = /^Missing (secret|disk)s?: /i.exec(reason)?.[1]?.toLowerCase();
  if (kind === undefined) return undefined;
  const names = quoted(reason.slice(reason.indexOf(":") + 1)).slice(1, -1);
  return stated(
    `It refers to ${kind}s that do not exist in its project: ${names}. Nothing ran.`,
    `Create them, or correct the references (\`${kind}:NAME\`), and start it again.`,
  );
}

function couldNotStart({ history }: JobDescription, reason: string): Explanation | undefined {
  if (!/could not be started/i.test(history.description ?? "")) return undefined;
  return stated(
    `The platform could not start the job; it says: ${quoted(reason)}.`,
    "Correct what that names, and start it again.",
  );
}

/** Ended for credits while it ran; refused for a quota before it did. */
function quotaExhausted({ history }: JobDescription, { running = [] }: JobSurroundings): Explanation {
  if (history.started_at !== undefined) {
    return stated(
      "The credits of its user or organisation ran out while it ran, and the platform ended it.",
      "Ask whoever manages the organisation for credits, then start it again, from its last checkpoint if it saved one.",
    );
  }
  const names = running.length === 0 ? "" : ` Your running jobs: ${running.join(", ")}.`;
  return stated(
    "A quota of its user or organisation (running jobs or credits) was used up, so it never ran.",
    `Start it again so that it waits for the quota (wait_for_jobs_quota), or let the user choose a running job to end.${names}`,
  );
}

function memoryOf({ container }: JobDescription): string {
  return formatMemory(container.resources.memory);
}
