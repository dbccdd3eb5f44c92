import { describe, expect, onTestFinished } from "vitest";
import { connectPlatform, type Login, loginFromPassedConfig } from "../../../src/client/index.ts";
import { test } from "../../support/fixtures.ts";
import { token } from "../../support/jobs.ts";

const CASES: [Partial<Login>, string][] = [
  [{ source: "login", from: "/home/a/.neuro" }, "run `apolo login` again."],
  [
    { source: "token", from: "APOLO_TOKEN" },
    "set APOLO_TOKEN to a new one and start again, or run `apolo login`.",
  ],
  [
    { source: "passed-config", from: "APOLO_PASSED_CONFIG" },
    "set APOLO_PASSED_CONFIG to a new one and start again.",
  ],
  [{ source: "token", from: undefined }, "run `apolo login` again and send its token."],
];

describe("a login that the platform does not accept", () => {
  test.for(CASES)("tells how to get another: %o", async ([given, how], { emulator }) => {
    const login = { ...loginFromPassedConfig(emulator.passedConfig), token: token("alice"), ...given };
    const platform = connectPlatform(login);
    onTestFinished(() => platform.close());
    await expect(platform.context()).rejects.toMatchObject({
      code: "not_authenticated",
      message: `The platform does not accept the login: ${how}`,
    });
  });

  test.for(CASES)("tells so once it has worked, too: %o", async ([given, how], { emulator }) => {
    const platform = connectPlatform({ ...loginFromPassedConfig(emulator.passedConfig), ...given });
    onTestFinished(() => platform.close());
    const { id } = await platform.jobs.start({ image: "ubuntu", command: "sleep 60" });
    for (const path of ["/api/v1/jobs/*", "**/exec"])
      emulator.chaos.add({ on: { path }, do: { kind: "answer", status: 401 } });
    const refused = { code: "not_authenticated", message: expect.stringContaining(`: ${how}`) };
    await expect(platform.jobs.get(id)).rejects.toMatchObject(refused);
    await expect(platform.jobs.execAndCollect(id, { command: "true" })).rejects.toMatchObject(refused);
  });
});
