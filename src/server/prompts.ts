import { Limit } from "../client/index.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import type { Part, Prompt } from "../prompts/define-prompt.ts";
import type { Connection, Request } from "./connection.ts";
import { guess, ProtocolError, toProtocolError } from "./errors.ts";
import { readResource } from "./resources.ts";

/** Offers the prompts: each is given with the resources it needs, read at that moment. */
export function servePrompts(
  { prompts, tools }: { prompts: readonly Prompt[]; tools: ReadonlySet<string> },
  connection: Connection,
) {
  const { caller, callMs, closing, scrub } = connection;
  const listing = prompts.map(({ name, title, description, arguments: args }) => ({
    name,
    title,
    description,
    arguments: args.map(({ suggests: _, ...argument }) => argument),
  }));
  return {
    list: () => ({ prompts: listing }),
    async get({ name, arguments: given = {} }: Wanted, request: Request) {
      const limit = new Limit([request.signal, closing], { expectedMs: callMs });
      const { signal } = limit;
      try {
        const prompt = find(prompts, name);
        const parts = await prompt.compose(check(prompt, given), { caller, signal, tools });
        const contents = await Promise.all(parts.map((part) => toContent(part, connection, signal)));
        const messages = contents.map((content) => ({ role: "user" as const, content }));
        return { description: prompt.description, messages };
      } catch (error) {
        throw toProtocolError(error, { what: `the prompt ${name}`, scrub });
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

/** What cannot be read is replaced by the reason: the rest of the prompt is still of use. */
async function toContent(part: Part, connection: Connection, signal: AbortSignal) {
  const say = (text: string) => ({ type: "text" as const, text });
  if ("say" in part) return say(connection.scrub(part.say));
  try {
    const resource = await readResource(part.attach, connection, signal);
    return { type: "resource" as const, resource };
  } catch (error) {
    if (!(error instanceof ProtocolError) || signal.aborted) throw error;
    return say(`${part.attach} could not be read: ${error.message}`);
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
