import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  type CallToolRequest,
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { type JobDescription, Limit, msLeft } from "../client/index.ts";
import { oneLine } from "../foreign.ts";
import { jobUri } from "../jobs/names/job-uri.ts";
import { nearestNames } from "../jobs/names/near.ts";
import type { Consent, Policy } from "../operations/caller.ts";
import type { Reply, Tool } from "../tools/define-tool.ts";
import { tools as catalogue } from "../tools/index.ts";
import type { Connection } from "./connection.ts";
import { describeError, describeIssues, failure } from "./errors.ts";
import { type Extra, reportProgress } from "./progress.ts";
import { toJsonSchema } from "./schema.ts";

/** What a call may take after its wait: the answer comes at most 2 s late. */
const TELLING_MS = 1500;
const CUT_MS = 400;
/** What a person allows must still be done in the time of the call. */
const AFTER_YES_MS = 10_000;

/** Offers the tools and runs them; whatever a call throws becomes one text for the agent here. */
export function serveTools(server: Server, tools: Tool[], connection: Connection): void {
  const listing = tools.map(({ name, title, description, input, output, effects }) => ({
    name,
    title,
    description,
    inputSchema: toJsonSchema(input, "input"),
    outputSchema: toJsonSchema(output, "output"),
    annotations: effects,
  }));
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listing }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) => {
    const tool = tools.find(({ name }) => name === params.name);
    if (tool !== undefined) return call(tool, params, { connection, extra });
    return failure(
      connection.scrub(describeMissing(params.name, { tools, policy: connection.caller.policy })),
    );
  });
}

async function call(
  tool: Tool,
  { arguments: args = {} }: CallToolRequest["params"],
  { connection, extra }: { connection: Connection; extra: Extra },
): Promise<CallToolResult> {
  const parsed = tool.input.safeParse(args);
  if (!parsed.success)
    return failure(connection.scrub(describeIssues(tool.name, tool.input, parsed.error.issues)));
  const progress = reportProgress(extra);
  // What changes something keeps its own time: giving up half way would leave its outcome unknown.
  const limit = limitOf(tool, parsed.data, { connection, extra });
  try {
    const { caller } = connection;
    const consent: Consent | undefined = connection.canAsk() ? undefined : { answer: "unable" };
    const report = (message: string) => progress.report(connection.scrub(message));
    const run = (given: Consent | undefined) =>
      tool.run(parsed.data, { caller, signal: limit.signal, progress: report, consent: given });
    const first = await run(consent);
    return result(tool, await answered(first, run, connection.ask, limit.signal));
  } catch (error) {
    // The SDK sends no answer to a cancelled call; its error is no bug to be logged.
    if (extra.signal.aborted) return failure(`cancelled: ${tool.name}`);
    if (limit.isOver) return failure(describeSilence(tool.name));
    return failure(connection.scrub(describeError(error, tool.name, tool.nothing)));
  } finally {
    progress.stop();
    limit.close();
  }

  function result({ output }: Tool, reply: Reply<unknown>): CallToolResult {
    const structuredContent = output.parse(mapStrings(reply.data, connection.scrub));
    const text = connection.scrub(reply.text);
    return {
      structuredContent,
      content: [{ type: "text", text }, ...(reply.jobs ?? []).map((job) => link(job, connection))],
    };
  }
}

/** The reply itself, or that of a second call once the person has answered what the first one asks. */
async function answered(
  reply: Reply<unknown>,
  run: (consent: Consent) => Promise<Reply<unknown>>,
  ask: Connection["ask"],
  signal: AbortSignal,
): Promise<Reply<unknown>> {
  const { asks: token, text } = reply;
  if (token === undefined) return reply;
  const answer = await ask(text, Math.max(0, msLeft(signal) - AFTER_YES_MS));
  return run({ answer, token });
}

/**
 * One end for all that a call does, from its beginning: what the client asks of the platform ends by then with an
 * error, which a tool may still tell what it knows by. What only reads is cut soon after.
 */
function limitOf(
  { effects: { readOnlyHint: reads }, waits }: Tool,
  args: Record<string, unknown>,
  { connection, extra }: { connection: Connection; extra: Extra },
): Limit {
  const { callMs } = connection.limits;
  const seconds = waits?.(args);
  const waitMs = seconds === undefined ? 0 : seconds * 1000 + TELLING_MS;
  const expectedMs = reads && seconds !== undefined ? waitMs : Math.max(callMs, waitMs);
  const ms = reads ? expectedMs + CUT_MS : undefined;
  return new Limit([extra.signal, connection.closing], { ms, expectedMs });
}

function describeSilence(tool: string): string {
  return `timed_out: the platform did not answer ${tool} in time. Nothing was changed; try again, perhaps with less at once.`;
}

function link(job: JobDescription, { scrub }: Connection) {
  const name = scrub(job.name ?? job.id);
  return { type: "resource_link" as const, uri: jobUri(job), name, mimeType: "application/json" };
}

function describeMissing(name: string, { tools, policy }: { tools: Tool[]; policy: Policy }): string {
  const names = tools.map((tool) => tool.name);
  const here = `Tools here: ${names.join(", ")}.`;
  if (catalogue.some((tool) => tool.name === name)) {
    const { mode, toolset } = policy;
    return `not_permitted: ${name} is not offered: this server was started with --mode ${mode} --tools ${toolset}. Nothing was done. ${here}`;
  }
  const [guess] = nearestNames(name, names);
  const hint = guess === undefined ? "" : ` Did you mean ${guess}?`;
  return `invalid_argument: there is no tool ${oneLine(name.slice(0, 200))}.${hint} ${here}`;
}

/** The same data with every text in it passed through `change`. */
function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]),
  );
}
