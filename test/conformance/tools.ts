import { z } from "zod";
import { InvalidInputError } from "../../src/jobs/invalid-input.ts";
import type { Call } from "../../src/operations/caller.ts";
import type { Wait } from "../../src/operations/tasks.ts";
import { defineTool, type Reply, type Tool } from "../../src/tools/define-tool.ts";

const output = z.object({ said: z.string() });
const common = {
  description: "Is called by the conformance suite",
  toolset: "core",
  output,
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
} as const;

const seconds = z.number().default(0);

/** Tools of the suite that are like the product's own, so that calls, questions and tasks are those of the product. */
export const tools: readonly Tool[] = [
  defineTool({
    ...common,
    name: "test_simple_text",
    title: "Say something",
    input: z.strictObject({}),
    run: async () => say("This is a simple text response for testing."),
  }),
  defineTool({
    ...common,
    name: "test_error_handling",
    title: "Fail",
    input: z.strictObject({}),
    run: fail,
  }),
  defineTool({
    ...common,
    name: "test_elicitation",
    title: "Ask",
    input: z.strictObject({ message: z.string() }),
    run: async ({ message }, call) => ask(message, call),
  }),
  defineTool({
    ...common,
    name: "test_streaming_elicitation",
    title: "Ask without a word",
    input: z.strictObject({}),
    run: async (_, call) => ask("Go on?", call),
  }),
  defineTool({
    ...common,
    name: "greet",
    title: "Greet",
    input: z.strictObject({ name: z.string() }),
    run: async ({ name }) => say(`Hello, ${name}!`),
  }),
  defineTool({
    ...common,
    name: "slow_compute",
    title: "Take time",
    input: z.strictObject({ seconds, label: z.string().optional() }),
    run: async () => say("computed"),
    task: {
      begin: async (args) => waiting(args.seconds),
      look: async ({ deadlineMs }) => (Date.now() < deadlineMs ? { line: "computing" } : say("computed")),
    },
  }),
  defineTool({
    ...common,
    name: "failing_job",
    title: "Fail after a while",
    input: z.strictObject({}),
    run: fail,
    task: {
      begin: async () => waiting(1),
      look: async ({ deadlineMs }) => (Date.now() < deadlineMs ? { line: "failing" } : fail()),
    },
  }),
];

function say(text: string): Reply<z.input<typeof output>> {
  return { text, data: { said: text } };
}

async function fail(): Promise<never> {
  throw new InvalidInputError("This tool intentionally returns an error for testing.");
}

function ask(question: string, { consent }: Call): Reply<z.input<typeof output>> {
  if (consent !== undefined) return say(`The answer is ${consent.answer}.`);
  return { ...say(question), asks: { token: "token", about: [question] } };
}

function waiting(forSeconds: number): { line: string; wait: Wait } {
  const startedMs = Date.now();
  return { line: "begun", wait: { startedMs, deadlineMs: startedMs + forSeconds * 1000, jobs: [] } };
}
