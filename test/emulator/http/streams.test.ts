import { mkdirSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Scripted, startScripted } from "../support/scripted.ts";

/** What the server's library prints would stand among the messages of a server on stdio. */
const prints = () => (["info", "error", "log"] as const).map((method) => vi.spyOn(console, method));

let platform: Scripted;
beforeEach(async () => {
  platform = await startScripted();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await platform.close();
});

test("a body that cannot be read to its end breaks off, and nothing is printed", async () => {
  const printed = prints();
  mkdirSync(`${platform.context.folders.storage("default", "acme/vision")}/folder`);
  const answer = platform.call("GET", "/default/storage/acme/vision/folder?op=OPEN");
  await expect(answer).rejects.toThrow("terminated");
  expect((await platform.call("GET", "/ping")).status).toBe(200);
  for (const print of printed) expect(print).not.toHaveBeenCalled();
});

test.each(["lose_answer", "reset"] as const)("a fault of kind %s prints nothing", async (kind) => {
  const printed = prints();
  platform.chaos.add({ on: { path: "/api/v1/jobs", times: 2 }, do: { kind } });
  for (const accept of ["application/json", "application/x-ndjson"])
    await expect(platform.call("GET", "/api/v1/jobs", { headers: { accept } })).rejects.toThrow();
  expect((await platform.call("GET", "/ping")).status).toBe(200);
  for (const print of printed) expect(print).not.toHaveBeenCalled();
});
