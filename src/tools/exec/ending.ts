import { type Collected, isFinished, type JobDescription, type PlatformError } from "../../client/index.ts";
import { signalOf } from "../../jobs/reasons/exit-codes.ts";
import { quoted } from "../../jobs/reasons/explanation.ts";
import { statusText } from "../../jobs/standing.ts";
import { wasDisplaced, wasRestarted } from "../../operations/find/turned.ts";

/** The close code of a WebSocket whose other end said nothing. */
const NO_CLOSE_FRAME = 1006;

/** How a command ended, seen from outside. */
export interface Ending {
  ran: Collected;
  /** The job before the command, and after it where that was looked at and could be read. */
  job: JobDescription;
  after: JobDescription | undefined;
  /** How the job is named in another call. */
  again: string;
  /** Longest wait. */
  seconds: number;
  /** It was given as argv. */
  isArgv: boolean;
}

/** Whether the job itself may have ended, and the command with it. */
export function asksForJob({ exitCode, timedOut }: Collected): boolean {
  return exitCode === undefined ? !timedOut : signalOf(exitCode) !== undefined;
}

/** What the platform says beyond the exit code: why nothing could be started. */
export function startTrouble({ exitMessage = "" }: Collected): string | undefined {
  return exitMessage === "" || /^command terminated with exit code \d+$/.test(exitMessage)
    ? undefined
    : exitMessage;
}

export function endingText({ ran, job, after, again, seconds, isArgv }: Ending): string {
  const { exitCode, durationMs, timedOut, accepted } = ran;
  if (timedOut && !accepted) {
    return `no answer within ${seconds} s, so whether the command was started is unknown. ${lookText(again)}`;
  }
  if (timedOut) {
    return `did not end within ${seconds} s. The command may still be running in the job. ${lookText(again)}`;
  }
  const code = exitCode === undefined ? "" : ` (exit code ${exitCode})`;
  const turn = after === undefined ? undefined : turnText(job, after, again);
  if (turn !== undefined) return turn(`${code}, after ${durationMs} ms`);
  if (exitCode === undefined)
    return `${brokenText(ran)} It may still be running in the job. ${lookText(again)}`;
  const trouble = startTrouble(ran);
  if (trouble !== undefined) return troubleText(trouble, exitCode, isArgv);
  const meaning = MEANINGS[exitCode];
  return `exit code ${exitCode}${meaning === undefined ? "" : ` (${meaning})`}, ${durationMs} ms.`;
}

/** What became of the job, and of the command with it. */
function turnText(
  before: JobDescription,
  after: JobDescription,
  again: string,
): ((how: string) => string) | undefined {
  const now = statusText(after);
  if (isFinished(after.status))
    return (how) =>
      `the job has ended meanwhile, now ${now}, and took the command with it${how}. Next: job_status {"jobs": ["${again}"]}.`;
  if (wasDisplaced(before, after))
    return (how) =>
      `the job was taken off its node meanwhile, which ended the command${how}. It is ${now} now and begins again from its image: what it had not saved on storage is lost. Next: job_wait {"jobs": ["${again}"], "until": "running"}.`;
  if (wasRestarted(before, after))
    return (how) => `the job was restarted meanwhile, which ended the command${how}. It is ${now} now.`;
  return undefined;
}

/** How to see what became of a command. */
export function lookText(again: string): string {
  return `Look with job_exec {"job": "${again}", "command": "ps -ef"}, do not just run it again.`;
}

function brokenText({ lost, durationMs }: Collected): string {
  const why = lost === undefined ? "no exit code came" : lostText(lost);
  return `the connection was lost after ${durationMs} ms (${why}): the command was started, how it ended is unknown.`;
}

function lostText({ message, request, serverText = "" }: PlatformError): string {
  const code = request?.closeCode;
  if (code === undefined) return message;
  if (serverText !== "") return `close code ${code}, ${serverText}`;
  return code === NO_CLOSE_FRAME ? `close code ${code}` : `close code ${code}, no reason given`;
}

function troubleText(trouble: string, exitCode: number, isArgv: boolean): string {
  const advice = isArgv
    ? "argv is run without a shell: check that the program is in the container, or give command."
    : "Check that the container has a shell (sh), or give argv.";
  return `exit code ${exitCode}: it could not be started; the platform says ${quoted(trouble, 300)}. ${advice}`;
}

const MEANINGS: Record<number, string | undefined> = {
  126: "found, but cannot be run",
  127: "command not found in this container",
  137: "ended by SIGKILL, often for lack of memory",
  143: "ended by SIGTERM",
};
