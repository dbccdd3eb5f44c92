import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { type CompleteRequest, CompleteRequestSchema, ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import { PlatformError } from "../client/index.ts";
import { oneLine } from "../foreign.ts";
import { makeRedactor } from "../jobs/redact/index.ts";
import type { Suggestion } from "../operations/suggestions.ts";
import type { Prompt } from "../prompts/define-prompt.ts";
import { resources } from "../resources/index.ts";
import type { Connection } from "./connection.ts";
import { ProtocolError } from "./protocol-error.ts";

/** The protocol's own limit. */
const MOST_VALUES = 100;

/** What each variable of a resource template takes. */
const VARIABLES: Readonly<Record<string, Suggestion>> = {
  cluster: "cluster",
  org: "org",
  project: "project",
  job: "job",
  since: "since",
  tag: "tag",
  dataclass: "dataclass",
};

/** Completes variables of resource templates and arguments of prompts, by what is filled in already. */
export function serveCompletions(
  server: Server,
  prompts: readonly Prompt[],
  { caller: { suggestions, policy }, scrub }: Connection,
): void {
  const redact = makeRedactor(policy.secrets);
  server.setRequestHandler(CompleteRequestSchema, async ({ params }) => {
    const { argument, context } = params;
    const kind = kindOf(params, prompts);
    const fitting = matching(await suggest(kind, context?.arguments ?? {}), argument.value);
    // A name that looks like a secret is not spread by suggesting it.
    const safe = fitting.filter((value) => redact(value).hidden === 0 && scrub(value) === value);
    const values = safe.slice(0, MOST_VALUES);
    return { completion: { values, total: safe.length, hasMore: safe.length > values.length } };
  });

  async function suggest(kind: Suggestion, filled: Record<string, string>): Promise<readonly string[]> {
    try {
      return await suggestions.of(kind, filled);
    } catch (error) {
      // Typing goes on without suggestions while the platform is away; whatever is then read or called says why.
      if (error instanceof PlatformError) return [];
      throw error;
    }
  }
}

function kindOf(
  { ref, argument: { name } }: CompleteRequest["params"],
  prompts: readonly Prompt[],
): Suggestion {
  if (ref.type === "ref/prompt") {
    const prompt = prompts.find((offered) => offered.name === ref.name);
    const wanted = prompt?.arguments.find((argument) => argument.name === name);
    if (wanted !== undefined) return wanted.suggests;
    const known =
      prompt?.arguments.map((argument) => argument.name) ?? prompts.map((offered) => offered.name);
    throw unknown(prompt === undefined ? `prompt ${ref.name}` : `argument ${name} of ${ref.name}`, known);
  }
  const resource = resources.find(({ uriTemplate }) => uriTemplate === ref.uri);
  const templates = resources.map(({ uriTemplate }) => uriTemplate).filter((uri) => uri.includes("{"));
  if (resource === undefined) throw unknown(`resource template ${ref.uri}`, templates);
  const variables = Array.from(ref.uri.matchAll(/\{(\w+)\}/g), ([, variable = ""]) => variable);
  const kind = variables.includes(name) ? VARIABLES[name] : undefined;
  if (kind === undefined) throw unknown(`variable ${name} of ${ref.uri}`, variables);
  return kind;
}

function unknown(what: string, known: readonly string[]): ProtocolError {
  const text = `invalid_argument: there is no ${oneLine(what.slice(0, 200))}. There are: ${known.join(", ")}.`;
  return new ProtocolError(ErrorCode.InvalidParams, text);
}

/** Values that begin with what was typed, then those that contain it, any case. */
function matching(values: readonly string[], typed: string): string[] {
  const wanted = typed.toLowerCase();
  const starts = values.filter((value) => value.toLowerCase().startsWith(wanted));
  const contains = values.filter((value) => value.toLowerCase().indexOf(wanted) > 0);
  return [...starts, ...contains];
}
