import { isTimeout, Limit, msLeft } from "../client/index.ts";
import type { Call } from "../operations/caller.ts";
import type { Reply, Tool } from "../tools/define-tool.ts";
import { readCall } from "../tools/reading/index.ts";
import { withViews } from "./apps.ts";
import { isQuestion, type Question, withConsent } from "./asking.ts";
import type { Connection, Request } from "./connection.ts";
import { describeError, errorCode, failure } from "./errors.ts";
import { describeMissing, type Here, withOffers } from "./missing.ts";
import { observed, type Told } from "./observed.ts";
import { type Extra, reportProgress } from "./progress.ts";
import { result } from "./result.ts";
import { schemasOf } from "./schema.ts";
import { beginTask } from "./tasks.ts";

/** What a call may take after its wait: its answer is at most 2 s late. */
const TELLING_MS = 1500;
const CUT_MS = 400;

/** The tools as a client sees them. */
export function listTools(tools: readonly Tool[]) {
  return tools.map((tool) => {
    const { name, title, description, effects } = tool;
    return { name, title, description, ...schemasOf(tool), annotations: effects };
  });
}

/** Offers the tools and runs them; whatever a call throws becomes one text for the agent here. */
export function serveTools({ tools, listing }: Offered, connection: Connection) {
  return {
    list: (showsViews = false) => ({ tools: showsViews ? withViews(listing(), tools) : listing() }),
    call({ name, arguments: args = {} }: Wanted, request: ToolRequest) {
      const tool = tools.find((offered) => offered.name === name);
      const here = { tools, connection };
      return observed({ method: "tools/call", target: tool?.name, request }, connection, async (told) => {
        if (tool !== undefined) return call(tool, args, { here, request, told });
        told.outcome = "invalid_argument";
        return failure(connection.scrub(describeMissing(name, args, here)));
      });
    },
  };
}

interface Offered {
  tools: readonly Tool[];
  listing(): ReturnType<typeof listTools>;
}

interface Wanted {
  name: string;
  arguments?: Record<string, unknown> | undefined;
}

/** With `takesTasks` the client asks by itself how what it waits for stands. */
type ToolRequest = Request & Extra & { takesTasks?: boolean };

async function call(
  tool: Tool,
  args: Record<string, unknown>,
  { here, request, told }: { here: Here; request: ToolRequest; told: Told },
) {
  const { connection } = here;
  const { caller, scrub } = connection;
  const read = readCall(tool, args);
  if ("refusal" in read) {
    told.outcome = "invalid_argument";
    return failure(scrub(withOffers(read.refusal, here)));
  }
  const progress = reportProgress(request);
  // A call that changes something is never cut off: its outcome would be unknown.
  const task = request.takesTasks === true ? tool.task : undefined;
  const isTask = task !== undefined;
  const limit = limitOf(tool, read.args, { connection, request, isTask });
  const { signal } = limit;
  const report = (message: string) => progress.report(scrub(message));
  const changing = (job: Told["changed"][number]) => void told.changed.push(job);
  const context = { caller, signal, progress: report, changing, select: connection.select };
  const run = (how: Pick<Call, "consent" | "wasAsked">) => tool.run(read.args, { ...context, ...how });
  try {
    if (task !== undefined) return await beginTask(tool, task.begin(read.args, context), connection);
    const { person } = request;
    const outcome = await withConsent(run, { tool: tool.name, person, msLeft: () => msLeft(signal), scrub });
    if (isQuestion(outcome)) return { asks: outcome };
    return result(withPlace(outcome, read.args, connection), connection);
  } catch (error) {
    const { outcome, text } = failed(tool, error, { request, limit });
    told.outcome = outcome;
    return failure(scrub(text));
  } finally {
    progress.stop();
    limit.close();
  }
}

/** Says where a call worked that named no project, if that is not where the login does. */
function withPlace<T>(reply: Reply<T>, args: Record<string, unknown>, { place }: Connection): Reply<T> {
  if (place === undefined || args.use !== undefined || (args.project ?? args.projects) !== undefined)
    return reply;
  const text = `${reply.text}\nPlace, selected for this session: ${place}.`;
  return { ...reply, text, data: { ...reply.data, place } };
}

function failed(tool: Tool, error: unknown, { request, limit }: { request: Request; limit: Limit }) {
  // A cancelled call gets no answer; its error is not a bug to log.
  if (request.signal.aborted) return { outcome: "cancelled", text: `cancelled: ${tool.name}` };
  // A limit within it may fire a moment earlier for the same end.
  const isOver = limit.isOver || (tool.effects.readOnlyHint && isTimeout(error));
  if (isOver) return { outcome: "timed_out", text: describeSilence(tool.name) };
  return { outcome: errorCode(error), text: describeError(error, tool.name, tool) };
}

/** What the client has to ask before it makes the call again. */
export interface Asked {
  asks: Question;
}

/**
 * One deadline for everything a call does. Requests to the platform end by then with an error, and the tool can
 * still tell what it knows. A call that only reads is cut off soon after; as a task it does not wait.
 */
function limitOf(
  { effects: { readOnlyHint: reads }, waits }: Tool,
  args: Record<string, unknown>,
  { connection, request, isTask }: { connection: Connection; request: Request; isTask: boolean },
): Limit {
  const { callMs } = connection;
  const seconds = isTask && reads ? undefined : waits?.(args);
  const waitMs = seconds === undefined ? 0 : seconds * 1000 + TELLING_MS;
  const expectedMs = reads && seconds !== undefined ? waitMs : Math.max(callMs, waitMs);
  const ms = reads ? expectedMs + CUT_MS : undefined;
  return new Limit([request.signal, connection.closing], { ms, expectedMs });
}

function describeSilence(tool: string): string {
  return `timed_out: the platform did not answer ${tool} in time. Nothing was changed; try again, perhaps with less at once.`;
}
