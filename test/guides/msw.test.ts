import { connectPlatform, loginFromPassedConfig } from "apolo-jobs-mcp/client";
import { startEmulator } from "apolo-jobs-mcp/emulator";
import { http, passthrough } from "msw";
import { setupServer } from "msw/node";
import { expect, onTestFinished, test } from "vitest";
import { train } from "./train.ts";

const webhook = "https://chat.example/hook";

test("the team hears how a training went, and it runs once", async () => {
  const emulator = await startEmulator();
  onTestFinished(() => emulator.close());
  const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
  onTestFinished(() => platform.close());
  const told: unknown[] = [];
  const server = setupServer(
    http.all(`${new URL(emulator.url).origin}/*`, () => passthrough()),
    http.post(webhook, async ({ request }) => {
      told.push(await request.json());
      return new Response();
    }),
  );
  server.listen({ onUnhandledRequest: "error" });
  onTestFinished(() => server.close());

  const first = await train(platform, { commit: "4f1c2d", webhook });
  const second = await train(platform, { commit: "4f1c2d", webhook });

  expect(second).toBe(first);
  expect(told).toEqual(Array(2).fill({ commit: "4f1c2d", status: "succeeded" }));
});
