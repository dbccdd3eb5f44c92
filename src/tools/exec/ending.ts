import { type Collected, isFinished, type PlatformError } from "../../client/index.ts";
import { callText } from "../../jobs/next-call.ts";
import { quoted } from "../../jobs/reasons/explanation.ts";
import { statusText } from "../../jobs/standing.ts";
import { type Execution, startTrouble } from "../../operations/exec.ts";
import { wasDisplaced, wasRestarted } from "../../operations/find/turned.ts";

/** The close code of a WebSocket whose other end said nothing. */
const NO_CLOSE_FRAME = 1006;

type Ran = Extract<Execution, { ran: Collected }>;

/** How a command ended, seen from outside. */
export function endingText(result: Ran, { seconds, isArgv }: { seconds: number; isArgv: boolean }): string {
  const { ran, again } = result;
  const { exitCode, durationMs, timedOut, accepted } = ran;
  if (timedOut && !accepted) {
    return `no answer within ${seconds} s, so whether the command was started is unknown. ${lookText(again)}`;
  }
  if (timedOut) {
    return `did not end within ${seconds} s. The command may still be running in the job. ${lookText(again)} ${backgroundText(again)}`;
  }
  const turn = turnText(result);
  if (turn !== undefined) return turn;
  if (exitCode === undefined)
    return `${brokenText(ran)} It may still be running in the job. ${lookText(again)}`;
  const trouble = startTrouble(ran);
  if (trouble !== undefined) return troubleText(trouble, exitCode, isArgv);
  const meaning = MEANINGS[exitCode];
  return `exit code ${exitCode}${meaning === undefined ? "" : ` (${meaning})`}, ${durationMs} ms.`;
}

/** What became of the job, and of the command with it. */
function turnText({ ran, job, after, again }: Ran): string | undefined {
  if (after === undefined) return undefined;
  const now = statusText(after);
  const code = ran.exitCode === undefined ? "" : ` (exit code ${ran.exitCode})`;
  const how = `${code}, after ${ran.durationMs} ms`;
  if (isFinished(after.status)) {
    const next = callText({ tool: "job_status", arguments: { jobs: [again] } });
    return `the job has ended meanwhile, now ${now}, and took the command with it${how}. Next: ${next}.`;
  }
  if (wasDisplaced(job, after)) {
    const next = callText({ tool: "job_wait", arguments: { jobs: [again], until: "running" } });
    return `the job was taken off its node meanwhile, which ended the command${how}. It is ${now} now and begins again from its image: what it had not saved on storage is lost. Next: ${next}.`;
  }
  if (wasRestarted(job, after))
    return `the job was restarted meanwhile, which ended the command${how}. It is ${now} now.`;
  return undefined;
}

/** How to see what became of a command. */
export function lookText(again: string): string {
  const look = callText({ tool: "job_exec", arguments: { job: again, command: "ps -ef" } });
  return `Look with ${look}, do not just run it again.`;
}

/** What process 1 prints is the job's log. */
function backgroundText(again: string): string {
  const command = "nohup sh -c '…' > /proc/1/fd/1 2>&1 &";
  const run = callText({ tool: "job_exec", arguments: { job: again, command } });
  const read = callText({ tool: "job_logs", arguments: { jobs: [again] } });
  return `Next time run what takes long in the background: ${run} prints into the job's log, which ${read} reads.`;
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
