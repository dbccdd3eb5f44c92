import { type JobDescription, PlatformError } from "../client/index.ts";
import { whereIs } from "../jobs/identity.ts";
import type { Call } from "./caller.ts";
import { type Meant, meantJob, type Named } from "./find/owned.ts";
import { requireRunning } from "./find/running.ts";
import { untilTurned } from "./find/turned.ts";
import { withoutSecretsOf } from "./quoting.ts";

const CONNECT_MS = 5000;
/** The platform may take a moment to notice that a job has ended. */
const LOOK_MS = 1500;
/** More is dropped while it comes, oldest first. */
const MAX_HELD_CHARS = 1_000_000;

interface Talk {
  printed: string;
  /** The time was over, the other side closed the connection, or it broke. */
  end: "time" | "closed" | "lost";
}

/** What a job's process was heard to print, and the job afterwards where the connection ended early. */
export interface Attached extends Meant, Talk {
  after: JobDescription | undefined;
}

/** Sends a line to a job's process, if there is one, and listens for some seconds. */
export async function talkToJob({ input, seconds, ...named }: Named & Line, call: Call): Promise<Attached> {
  const target = await meantJob(named, call);
  requireRunning(target);
  call.changing(target.job);
  const talked = await talk(target.job, { input, seconds }, call);
  const after = talked.end === "time" ? undefined : await untilTurned(target.job, LOOK_MS, call);
  return { ...target, ...talked, after };
}

interface Line {
  input: string | undefined;
  seconds: number;
}

/** What the process prints until the time is over; then the connection is closed, never the process. */
async function talk(job: JobDescription, { input, seconds }: Line, { caller, signal }: Call): Promise<Talk> {
  const { tty } = job.container;
  const streams = { tty, stdin: true, stdout: true, stderr: !tty, where: whereIs(job) };
  const call = { signal, timeoutMs: seconds * 1000 + CONNECT_MS };
  const stream = await caller.platform.jobs.attach(job.id, streams, call).catch((cause: unknown) => {
    const error = withoutSecretsOf([job], cause, caller);
    // A line goes out only over an open connection, so nothing is unknown here.
    throw error instanceof PlatformError ? error.restate({ outcome: "nothing" }) : error;
  });
  const decoders = { 1: new TextDecoder(), 2: new TextDecoder() };
  const talked: Talk = { printed: "", end: "closed" };
  const timer = setTimeout(() => {
    talked.end = "time";
    stream.disconnect();
  }, seconds * 1000);
  try {
    if (input !== undefined) await stream.writeIn(Buffer.from(`${input}\n`));
    for await (const { fileno, data } of stream.output) {
      const text = decoders[fileno === 2 ? 2 : 1].decode(data, { stream: true });
      talked.printed = `${talked.printed}${text}`.slice(-MAX_HELD_CHARS);
    }
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError)) throw error;
    if (talked.end !== "time") talked.end = "lost";
  } finally {
    clearTimeout(timer);
    stream.disconnect();
  }
  return talked;
}
