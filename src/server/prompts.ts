import { Limit } from "../client/index.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import { nearestNames } from "../jobs/names/near.ts";
import type { Part, Prompt } from "../prompts/define-prompt.ts";
import type { Connection, Request } from "./connection.ts";
import { describeError } from "./errors.ts";
import { INTERNAL_ERROR, INVALID_PARAMS, ProtocolError } from "./protocol-error.ts";
import { readResource } from "./read-resource.ts";

/** Offers the prompts: each is given with the resources it needs, read at that moment. */
export function servePrompts(
  { prompts, tools }: { prompts: readonly Prompt[]; tools: ReadonlySet<string> },
  connection: Connection,
) {
  const { caller, limits, closing, scrub } = connection;
  const listing = prompts.map(({ name, title, description, arguments: args }) => ({
    name,
    title,
    description,
    arguments: args.map(({ suggests: _, ...argument }) => argument),
  }));
  return {
    list: () => ({ prompts: listing }),
    async get({ name, arguments: given = {} }: Wanted, request: Request) {
      const limit = new Limit([request.signal, closing], { expectedMs: limits.callMs });
      const { signal } = limit;
      try {
        const prompt = find(prompts, name);
        const parts = await prompt.compose(check(prompt, given), { caller, signal, tools });
        const messages = await Promise.all(parts.map((part) => toMessage(part, connection, signal)));
        return { description: prompt.description, messages };
      } catch (error) {
        throw refusal(error, { name, scrub });
      } finally {
        limit.close();
      }
    },
  };
}

interface Wanted {
  name: string;
  arguments?: Record<string, string> | undefined;
}

/** One piece of a prompt as it is sent. */
interface PromptMessage {
  role: "user";
  content:
    | { type: "text"; text: string }
    | { type: "resource"; resource: Awaited<ReturnType<typeof readResource>> };
}

/** An argument that names nothing is the caller's to mend, an outage is not. */
function refusal(
  error: unknown,
  { name, scrub }: { name: string; scrub(text: string): string },
): ProtocolError {
  const isMistake = error instanceof Error && "code" in error && MISTAKES.has(error.code);
  const code = isMistake ? INVALID_PARAMS : INTERNAL_ERROR;
  return new ProtocolError(code, scrub(describeError(error, `the prompt ${name}`)), { cause: error });
}

const MISTAKES: ReadonlySet<unknown> = new Set(["invalid_argument", "not_found", "ambiguous"]);

/** What could not be read is said in its place: the rest of the prompt is still of use. */
async function toMessage(part: Part, connection: Connection, signal: AbortSignal): Promise<PromptMessage> {
  if ("say" in part) return { role: "user", content: { type: "text", text: connection.scrub(part.say) } };
  try {
    return {
      role: "user",
      content: { type: "resource", resource: await readResource(part.attach, connection, signal) },
    };
  } catch (error) {
    if (!(error instanceof ProtocolError) || signal.aborted) throw error;
    const text = `${part.attach} could not be read: ${error.message}`;
    return { role: "user", content: { type: "text", text } };
  }
}

function find(prompts: readonly Prompt[], name: string): Prompt {
  const prompt = prompts.find((offered) => offered.name === name);
  if (prompt !== undefined) return prompt;
  const names = prompts.map((offered) => offered.name).join(", ");
  throw new InvalidInputError(`There is no prompt ${name.slice(0, 80)}. Prompts here: ${names}.`);
}

function check(prompt: Prompt, given: Record<string, string>): Record<string, string> {
  const known = prompt.arguments.map(({ name }) => name);
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  const missing = prompt.arguments.filter(({ name, required }) => required && !given[name]?.trim());
  const lines = [
    ...unknown.map((name) => `${name} is unknown${guess(name, known)}`),
    ...missing.map(({ name, description }) => `${name} is missing (${description})`),
  ];
  if (lines.length === 0) return given;
  throw new InvalidInputError(`${prompt.name}: ${lines.join("; ")}. Arguments: ${known.join(", ")}.`);
}

function guess(name: string, known: readonly string[]): string {
  const [near] = nearestNames(name, known, 1);
  return near === undefined ? "" : `, did you mean ${near}?`;
}
