import { PlatformError } from "../client/index.ts";
import { makeRedactor } from "../jobs/redact/index.ts";
import type { Suggestion } from "../operations/suggestions.ts";
import type { Prompt } from "../prompts/define-prompt.ts";
import { resources } from "../resources/index.ts";
import { quoted } from "../tools/reading/problems.ts";
import type { Connection } from "./connection.ts";
import { INVALID_PARAMS, ProtocolError } from "./errors.ts";

/** The protocol's own limit. */
const MOST_VALUES = 100;

/** Variables of resource templates for which values can be suggested. */
const VARIABLES = ["cluster", "org", "project", "job", "since", "tag", "dataclass"] as const;

/** What is being typed, and where. */
interface Typed {
  ref: { type: "ref/prompt"; name: string } | { type: "ref/resource"; uri: string };
  argument: { name: string; value: string };
  context?: { arguments?: Record<string, string> | undefined } | undefined;
}

/** Completes variables of resource templates and arguments of prompts, given what is filled in already. */
export function completions(
  prompts: readonly Prompt[],
  connection: Connection,
): (typed: Typed) => Promise<{ completion: { values: string[]; total: number; hasMore: boolean } }> {
  const { scrub } = connection;
  const redact = makeRedactor(connection.caller.policy.secrets);
  return async (typed) => {
    const { argument, context } = typed;
    const kind = kindOf(typed, prompts);
    const fitting = matching(await suggest(kind, context?.arguments ?? {}), argument.value.trim());
    // Do not spread a name that looks like a secret.
    const safe = fitting.filter((value) => redact(value).hidden === 0 && scrub(value) === value);
    const values = safe.slice(0, MOST_VALUES);
    return { completion: { values, total: safe.length, hasMore: safe.length > values.length } };
  };

  async function suggest(kind: Suggestion, filled: Record<string, string>): Promise<readonly string[]> {
    try {
      return await connection.caller.suggestions.of(kind, filled);
    } catch (error) {
      // While the platform is away there are no suggestions; whatever is read or called next says why.
      if (error instanceof PlatformError) return [];
      throw error;
    }
  }
}

function kindOf({ ref, argument: { name } }: Typed, prompts: readonly Prompt[]): Suggestion {
  if (ref.type === "ref/prompt") {
    const prompt = prompts.find((offered) => offered.name === ref.name);
    const wanted = prompt?.arguments.find((argument) => argument.name === name);
    if (wanted !== undefined) return wanted.suggests;
    const known =
      prompt?.arguments.map((argument) => argument.name) ?? prompts.map((offered) => offered.name);
    throw unknown(
      prompt === undefined ? `prompt ${quoted(ref.name)}` : `argument ${quoted(name)} of ${ref.name}`,
      known,
    );
  }
  const resource = resources.find(({ uriTemplate }) => uriTemplate === ref.uri);
  const templates = resources.map(({ uriTemplate }) => uriTemplate).filter((uri) => uri.includes("{"));
  if (resource === undefined) throw unknown(`resource template ${quoted(ref.uri)}`, templates);
  const variables = Array.from(ref.uri.matchAll(/\{(\w+)\}/g), ([, variable = ""]) => variable);
  // What is in a job is not asked while somebody types.
  if (name === "path" && variables.includes(name)) return [];
  const kind = VARIABLES.find((variable) => variable === name && variables.includes(name));
  if (kind === undefined) throw unknown(`variable ${quoted(name)} of ${ref.uri}`, variables);
  return kind;
}

function unknown(what: string, known: readonly string[]): ProtocolError {
  const [name] = known;
  const example = name === undefined ? "" : ` E.g. ${JSON.stringify({ name })}`;
  const text = `invalid_argument: there is no ${what}. There are: ${known.join(", ")}.${example}`;
  return new ProtocolError(INVALID_PARAMS, text);
}

/** Values that begin with what was typed, then those that contain it, any case. */
function matching(values: readonly string[], typed: string): string[] {
  const wanted = typed.toLowerCase();
  const starts = values.filter((value) => value.toLowerCase().startsWith(wanted));
  const contains = values.filter((value) => value.toLowerCase().indexOf(wanted) > 0);
  return [...starts, ...contains];
}
