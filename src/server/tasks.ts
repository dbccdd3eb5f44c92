import { Limit, PlatformError } from "../client/index.ts";
import type { Task, Wait } from "../operations/tasks.ts";
import type { Reply, Tool, Waiting } from "../tools/define-tool.ts";
import type { Connection, Request } from "./connection.ts";
import { describeError, errorCode, failure, INVALID_PARAMS, ProtocolError } from "./errors.ts";
import { observed, type Told } from "./observed.ts";
import { result } from "./result.ts";

/** Source: SEP-2663. */
export const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";
const MISSING_CAPABILITY = -32021;

const SHORTEST_POLL_MS = 5000;
const LONGEST_POLL_MS = 60_000;
/** A wait is looked at about every twentieth of the time it has taken. */
const POLLS = 20;
const CANCELLED = "Nobody waits any more. The jobs go on.";

const SILENCE = {
  outcome: "timed_out",
  text: "timed_out: the platform did not answer in time.",
  mayPass: true,
};

/** Takes what a tool that can wait between calls began: its reply, or a task. */
export async function beginTask(tool: Tool, begun: Promise<Reply<object> | Waiting>, connection: Connection) {
  const outcome = await begun;
  if (!("wait" in outcome)) return result(outcome, connection);
  const { wait, line } = outcome;
  const { id, endMs } = connection.caller.tasks.issue(tool.name, wait);
  const task = working({ ...wait, endMs }, id, connection.scrub(line));
  // The SDK takes no result of a call without content.
  return { resultType: "task", content: [], ...task };
}

/**
 * Waits as tasks. The jobs are the real ones: nothing is kept of a task but its id, which the client holds. There is
 * no `failed`: whatever goes wrong is told in the result of the call, as without tasks.
 */
export function serveTasks({ tools }: { tools: readonly Tool[] }, connection: Connection) {
  const { tasks } = connection.caller;
  const read = (taskId: string) => {
    const task = tasks.read(taskId);
    const tool = tools.find(({ name }) => name === task?.tool);
    if (task === undefined || tool?.task === undefined) throw unknownTask();
    return { task, tool, look: tool.task.look };
  };
  return {
    async get(taskId: string, request: Request) {
      const { task, tool, look } = read(taskId);
      if (task.isCancelled)
        return { ...described(task, taskId), status: "cancelled", statusMessage: CANCELLED };
      const seen = await observed({ method: "tasks/get", target: tool.name, request }, connection, (told) =>
        lookAt(task, { tool, look, told }, { connection, request }),
      );
      if ("line" in seen) return working(task, taskId, seen.line);
      return { ...described(task, taskId), status: "completed", result: seen };
    },
    /** Ends the waiting, never a job; see `Tasks.cancel` for what other servers make of it. */
    cancel(taskId: string) {
      if (!tasks.cancel(taskId)) throw unknownTask();
      return {};
    },
    /** Nothing is ever asked during a task. */
    update(taskId: string) {
      read(taskId);
      return {};
    },
  };
}

/** For a request about tasks of a client that does not say with it that it knows them. */
export function requireTasks(knowsTasks: boolean): void {
  if (!knowsTasks) throw undeclared();
}

export function undeclared(): ProtocolError {
  const data = { requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } };
  const message = `The request must declare the extension ${TASKS_EXTENSION}.`;
  return new ProtocolError(MISSING_CAPABILITY, message, { data });
}

/** What the call would have answered, or how it stands. */
async function lookAt(
  task: Task,
  { tool, look, told }: { tool: Tool; look: NonNullable<Tool["task"]>["look"]; told: Told },
  { connection, request }: { connection: Connection; request: Request },
) {
  const { caller, scrub, closing, callMs } = connection;
  const limit = new Limit([request.signal, closing], { ms: callMs });
  const nothing = () => undefined;
  try {
    const seen = await look(task, { caller, signal: limit.signal, progress: nothing, changing: nothing });
    return "line" in seen ? { line: scrub(seen.line) } : result(seen, connection);
  } catch (error) {
    if (request.signal.aborted) throw error;
    const { outcome, text, mayPass } = limit.isOver ? SILENCE : failed(error, tool);
    told.outcome = outcome;
    return mayPass && Date.now() < task.deadlineMs ? { line: scrub(text) } : failure(scrub(text));
  } finally {
    limit.close();
  }
}

function failed(error: unknown, tool: Tool) {
  const mayPass = error instanceof PlatformError && error.retryable;
  return { outcome: errorCode(error), text: describeError(error, tool.name, tool), mayPass };
}

function working(task: Wait & { endMs: number }, taskId: string, statusMessage: string) {
  const pollIntervalMs = pollMs(task);
  return { ...described(task, taskId), status: "working", statusMessage, pollIntervalMs };
}

function described({ startedMs, endMs }: Wait & { endMs: number }, taskId: string) {
  return {
    taskId,
    createdAt: new Date(startedMs).toISOString(),
    lastUpdatedAt: new Date().toISOString(),
    ttlMs: endMs - startedMs,
  };
}

function pollMs({ startedMs, deadlineMs }: Wait): number {
  const nowMs = Date.now();
  const usualMs = Math.min(LONGEST_POLL_MS, Math.max(SHORTEST_POLL_MS, (nowMs - startedMs) / POLLS));
  // At its end there is an answer in any case.
  return Math.max(1000, Math.round(Math.min(usualMs, deadlineMs - nowMs)));
}

/** The same for every id that is not good here: it tells nothing about jobs. */
function unknownTask(): ProtocolError {
  return new ProtocolError(
    INVALID_PARAMS,
    "There is no such task, or it has expired. Call the tool again: job_wait finds the jobs as they are now.",
  );
}
