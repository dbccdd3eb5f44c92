import fc from "fast-check";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { type ArgumentSchema, argumentsOf, junk } from "../support/arguments.ts";
import { check } from "../support/check.ts";
import { test as base, expect, openPolicy } from "../support/fixtures.ts";
import { rawSession } from "../support/raw-session.ts";
import { startJob } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

interface Listed {
  name: string;
  inputSchema: ArgumentSchema;
}

interface Answer {
  result?: { content?: { type: string; text?: string }[]; isError?: boolean };
  error?: { code?: number; message?: string };
}

const LONGEST_REFUSAL = 10_000;
const LONGEST_ANSWER = 200_000;

const test = base.extend<{
  call: (name: string, args: unknown) => Promise<Answer>;
  listed: Listed[];
  session: Session;
}>({
  session: async ({ platform }, use) => {
    const caller = openCaller(platform, openPolicy);
    const session = await rawSession(createServer(caller, { callMs: 3000 }) as never);
    const clientInfo = { name: "raw", version: "0" };
    await session.request("initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo });
    await use(session);
    await caller.close();
  },
  call: ({ session }, use) =>
    use((name, args) => session.request("tools/call", JSON.parse(JSON.stringify({ name, arguments: args })))),
  listed: async ({ session }, use) => {
    const { result } = await session.request("tools/list");
    await use(result?.tools as Listed[]);
  },
});
type Session = Awaited<ReturnType<typeof rawSession>>;

function checkAnswer({ name, inputSchema }: Listed, args: unknown, { result, error }: Answer): void {
  const text = error?.message ?? result?.content?.map((part) => part.text ?? "").join("\n") ?? "";
  const isRefusal = error !== undefined || result?.isError === true;
  expect(text.length).toBeGreaterThan(0);
  expect(text.length).toBeLessThan(isRefusal ? LONGEST_REFUSAL : LONGEST_ANSWER);
  if (!isRefusal) return;
  expect(text).toMatch(/^[a-z_]+: /);
  expect(text).not.toMatch(/^internal_error|\bundefined\b|\[object |Cannot read prop/);
  if (!text.startsWith("invalid_argument")) return;
  const given = Object.keys(Object(args)).filter((name) => name !== "");
  const names = [...given, ...Object.keys(inputSchema.properties ?? {}), "arguments", '- "'];
  expect(
    names.some((known) => text.includes(known)),
    `${name} names an argument: ${text}`,
  ).toBe(true);
}

test("every tool answers whatever it is given", { tags: "hostility" }, async ({ call, listed, platform }) => {
  await startJob(platform, { name: "real", script: SLEEP });
  const one = fc.oneof(
    ...listed.map((tool) =>
      fc
        .oneof({ weight: 9, arbitrary: argumentsOf(tool.inputSchema) }, { weight: 1, arbitrary: junk })
        .map((args) => ({ tool, args })),
    ),
  );
  const some = fc.array(one, { minLength: 1, maxLength: 20, size: "max" });
  const holds = fc.asyncProperty(some, async (calls) => {
    await Promise.all(
      calls.map(async ({ tool, args }) => checkAnswer(tool, args, await call(tool.name, args))),
    );
  });
  await check(holds, 10);
});
