import { isFinished, PlatformError } from "../../client/index.ts";
import { identityText } from "../../jobs/identity.ts";
import { callText, type NextCall } from "../../jobs/next-call.ts";
import { quoted } from "../../jobs/reasons/explanation.ts";
import { explainJob } from "../../jobs/reasons/index.ts";
import { SIGNALS, type Signal } from "../../jobs/signals.ts";
import { statusText } from "../../jobs/standing.ts";
import { formatInstant } from "../../jobs/time/durations.ts";
import { present } from "../../jobs/words.ts";
import { hasTurned, wasDisplaced, wasRestarted } from "../../operations/find/turned.ts";
import { PolicyError } from "../../operations/policy-error.ts";
import type { Receiver } from "../../operations/signal/deliver.ts";
import type { Delivered, SignalResult } from "../../operations/signal/index.ts";
import { meantText } from "../whose.ts";

type Sent = Extract<SignalResult, { outcome: "sent" }>;
type Unsent = Extract<SignalResult, { outcome: "unsent" }>;

export function sentText(result: Sent, { name, seconds }: { name: Signal; seconds: number }): string {
  const { job, isAnswerLost, delivery } = result;
  const lost = isAnswerLost ? " (the answer was lost, but its state shows it)" : "";
  const effect = effectText(result, { name, seconds });
  const calls = nextCalls(result, name);
  return present([
    `Sent SIG${name} to ${meantText(result)}: was ${job.status}, ${effect}${lost}.`,
    delivery !== undefined && receivedText(delivery),
    delivery !== undefined && calls.length > 0 && stillText(delivery, name),
    calls.length > 0 && nextText(calls),
  ]).join("\n");
}

/** How to go on with a job that still runs after a signal that leaves it the choice. */
export function nextCalls({ job, after, again }: Sent, name: Signal): NextCall[] {
  if (name === "KILL" || after === undefined || hasTurned(job, after)) return [];
  return [
    { tool: "job_wait", arguments: { jobs: [again] } },
    { tool: "job_signal", arguments: { job: again } },
    { tool: "job_kill", arguments: { jobs: [again] } },
  ];
}

function nextText(calls: readonly NextCall[]): string {
  const [wait = "", kill = "", end = ""] = calls.map(callText);
  return `Next: ${wait}; to end it without its consent ${kill} (SIGKILL), or ${end} for good.`;
}

function effectText({ job, after }: Sent, { name, seconds }: { name: Signal; seconds: number }): string {
  if (after === undefined) return "its state could not be read afterwards; look again with job_status";
  const now = statusText(after);
  if (wasRestarted(job, after)) return `restarted by its policy ${after.restart_policy}, now ${now}`;
  if (isFinished(after.status)) return `now ${now}${endText(after, name)}`;
  if (wasDisplaced(job, after)) return `taken off its node meanwhile, now ${now}; look again with job_status`;
  return name === "KILL" ? `still ${now}; look again with job_status` : `still ${now} after ${seconds} s`;
}

function endText(after: NonNullable<Sent["after"]>, name: Signal): string {
  const { status, history } = after;
  const byItself = name === "KILL" || status === "cancelled" ? "" : ", so it ended by itself";
  if (history.exit_code === 128 + SIGNALS[name]) {
    return `${byItself}; exit code ${history.exit_code} is the signal`;
  }
  return status === "succeeded" ? byItself : `${byItself}. ${explainJob(after).why}`.replace(/\.$/, "");
}

/** Which processes got it, and past which shells. */
function receivedText({ receivers, above }: Delivered): string {
  const names = receivers.map(({ pid, program, does }) => {
    const name = program === "" ? `process ${pid}` : `${program} (process ${pid})`;
    return `${name}${DOES[does]}`;
  });
  if (names.length === 0) return "Which of its processes received it could not be read.";
  const shells = above.map(({ pid, program }) => `${program} (process ${pid})`);
  const below = shells.length === 0 ? "" : `, below ${shells.join(", ")}, which would not pass it on`;
  return `Received by ${names.join(", ")}${below}.`;
}

const DOES: Record<Receiver["does"], string> = {
  handles: ", which handles it",
  ignores: ", which ignores it",
  default: ", which has no handler for it",
  unknown: "",
};

/** The likely reason why nothing came of it. */
function stillText({ receivers }: Delivered, name: Signal): string {
  const all = (does: Receiver["does"]) => receivers.every((receiver) => receiver.does === does);
  if (receivers.some(({ does }) => does === "handles"))
    return "Its handler may still be at work, or go on after it.";
  if (all("ignores")) return `SIG${name} does nothing to a program that ignores it.`;
  const first = `The system keeps a signal without a handler from process 1 of a container`;
  if (receivers.some(({ pid, does }) => pid === 1 && does === "default"))
    return `${first}: the program has to handle SIG${name} for it to have an effect.`;
  return `${first}: likely the reason if nothing happens.`;
}

/** Why nothing could be sent, and the ways left. */
export function unsent({ job, again, ...result }: Unsent, name: Signal): PlatformError {
  const kill = callText({ tool: "job_signal", arguments: { job: again } });
  const end = callText({ tool: "job_kill", arguments: { jobs: [again] } });
  const why =
    result.unsent === "refused" ? `the job answers ${quoted(result.said ?? "")}` : WHY[result.unsent];
  const text = `SIG${name} cannot be sent to ${identityText(job)}: ${why}. Ways left: ${kill} (SIGKILL, no time to save), ${end}, or what the program itself offers, such as its HTTP port.`;
  return new PlatformError("invalid_request", text, { outcome: "nothing" });
}

const WHY: Record<Exclude<Unsent["unsent"], "refused">, string> = {
  no_way:
    "the platform itself sends SIGKILL only, and its image has neither a shell (sh) nor a program kill to send another",
  no_kill: "the platform itself sends SIGKILL only, and the shell (sh) of its image has no kill",
  shared_pids:
    "it shares process ids with the machine (as in an emulator without bubblewrap), so which process is its own is unknown",
};

export function unknownText({ job, again, after }: Extract<SignalResult, { outcome: "unknown" }>): string {
  const state = after === undefined ? "its state could not be read" : `it is still ${statusText(after)}`;
  const look = callText({ tool: "job_status", arguments: { jobs: [again] } });
  return `${identityText(job)}: whether the signal was sent is unknown, ${state}. Look with ${look} before sending another.`;
}

export function declined(
  { job, why, last }: Extract<SignalResult, { outcome: "declined" }>,
  name: Signal,
): PolicyError {
  if (why === "used") {
    const sent =
      last === undefined
        ? `for SIG${name} to ${identityText(job)}`
        : `(SIG${last.signal} was last sent to ${identityText(job)} at ${formatInstant(last.atMs)})`;
    return new PolicyError(
      "declined",
      `This yes was used already ${sent}: nothing was sent now. To send another, call job_signal again: the person is asked anew.`,
    );
  }
  if (why === "other")
    return new PolicyError(
      "declined",
      `What the person was asked about is not SIG${name} to ${identityText(job)} as it is now: nothing was sent. Call job_signal again.`,
    );
  if (why === "moving") {
    const again = callText({ tool: "job_signal", arguments: { job: job.id, signal: name } });
    return new PolicyError(
      "declined",
      `The person agreed each time, but the name had gone to another job by then (now ${identityText(job)}): nothing was sent. If the user wants SIG${name} sent to it, name it by id: ${again}.`,
    );
  }
  const said = why === "no" ? "declined" : "did not answer in time";
  return new PolicyError(
    "declined",
    `The person was asked whether to send SIG${name} to the process of ${identityText(job)} and ${said}: nothing was sent. If the user saw no question, their MCP client declines automatically.`,
  );
}
