import { z } from "zod";
import { Limit } from "../client/index.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import type { Part, Prompt } from "../prompts/define-prompt.ts";
import { hinted } from "../tools/reading/hint.ts";
import { readCall } from "../tools/reading/index.ts";
import { quoted } from "../tools/reading/problems.ts";
import type { Connection, Request } from "./connection.ts";
import { INVALID_PARAMS, ProtocolError, toProtocolError } from "./errors.ts";
import { readResource } from "./resources.ts";

/** Offers the prompts: each is given with the resources it needs, read at that moment. */
export function servePrompts(
  { prompts, tools }: { prompts: readonly Prompt[]; tools: ReadonlySet<string> },
  connection: Connection,
) {
  const { callMs, closing, scrub } = connection;
  const listing = prompts.map(({ name, title, description, arguments: args }) => ({
    name,
    title,
    description,
    arguments: args.map(({ suggests: _, example: __, ...argument }) => argument),
  }));
  return {
    list: () => ({ prompts: listing }),
    async get({ name, arguments: given = {} }: Wanted, request: Request) {
      const limit = new Limit([request.signal, closing], { expectedMs: callMs });
      const { signal } = limit;
      try {
        const prompt = find(prompts, name);
        const parts = await prompt.compose(read(prompt, given, scrub), {
          caller: connection.caller,
          signal,
          tools,
        });
        const contents = await Promise.all(parts.map((part) => toContent(part, connection, signal)));
        const messages = contents.map((content) => ({ role: "user" as const, content }));
        return { description: prompt.description, messages };
      } catch (error) {
        if (error instanceof ProtocolError) throw error;
        const input = prompts.find((offered) => offered.name === name);
        const tool = input && { input: inputOf(input) };
        throw toProtocolError(error, { what: `the prompt ${quoted(name)}`, tool, scrub });
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
  throw new InvalidInputError(`There is no prompt ${quoted(name)}. Prompts here: ${names}.`);
}

/** Arguments are read as those of a tool, and refused as those. */
function read(
  prompt: Prompt,
  given: Record<string, string>,
  scrub: Connection["scrub"],
): Record<string, string> {
  const found = readCall({ name: prompt.name, input: inputOf(prompt) }, given);
  if ("args" in found) return found.args as Record<string, string>; // all of them are texts
  throw new ProtocolError(INVALID_PARAMS, scrub(found.refusal));
}

function inputOf({ arguments: args }: Prompt): z.ZodObject {
  const entries = args.map(({ name, example, required }) => {
    const argument = hinted(z.string().min(1), { example });
    return [name, required ? argument : argument.optional()] as const;
  });
  return z.strictObject(Object.fromEntries(entries));
}
