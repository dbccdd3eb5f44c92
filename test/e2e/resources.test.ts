import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { expect, onTestFinished, test, vi } from "vitest";
import { WITHIN } from "../support/busy.ts";

/** Goes on once it is told to: by then somebody listens. */
const COMMAND = "sh -c 'echo first; while [ ! -e go ]; do sleep 0.1; done; echo second; sleep 1; exit 3'";

test("a client over stdio attaches a log, is told of it, completes names and gets a prompt", async () => {
  const { PATH = "", HOME = "" } = process.env;
  const client = new Client({ name: "test", version: "0" });
  const updates: string[] = [];
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params: { uri } }) => {
    updates.push(uri);
  });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: ["dist/main.js", "--emulator"],
      env: { PATH, HOME },
      stderr: "ignore",
    }),
  );
  onTestFinished(() => client.close());
  expect(client.getServerCapabilities()).toMatchObject({
    resources: { subscribe: true, listChanged: true },
    prompts: {},
    completions: {},
  });
  await client.callTool({
    name: "job_start",
    arguments: { image: "ubuntu", command: COMMAND, name: "train" },
  });
  const { resources } = await client.listResources();
  const uri = resources.find(({ name }) => name === "train")?.uri ?? "";
  await client.subscribeResource({ uri });
  await client.subscribeResource({ uri: `${uri}/logs` });
  const read = async (at: string) => JSON.stringify((await client.readResource({ uri: at })).contents);
  await vi.waitFor(async () => expect(await read(`${uri}/logs`)).toContain("first"), WITHIN);
  await client.callTool({ name: "job_exec", arguments: { job: "train", command: "touch go" } });
  await vi.waitFor(async () => expect(await read(`${uri}/logs`)).toContain("second"), WITHIN);
  await vi.waitFor(async () => expect(await read(uri)).toContain("failed"), WITHIN);
  await vi.waitFor(() => expect(new Set(updates)).toEqual(new Set([uri, `${uri}/logs`])), WITHIN);
  const { completion } = await client.complete({
    ref: { type: "ref/prompt", name: "diagnose-job" },
    argument: { name: "job", value: "tr" },
  });
  expect(completion.values).toEqual(["train"]);
  const prompt = await client.getPrompt({ name: "diagnose-job", arguments: { job: "train" } });
  expect(JSON.stringify(prompt.messages)).toContain("second");
});
