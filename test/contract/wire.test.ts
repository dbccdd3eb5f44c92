import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../src/client/index.ts";
import type { WireCase } from "./wire/case.ts";
import { DEVIATIONS } from "./wire/deviations.ts";
import { passedConfig, replay } from "./wire/replay.ts";
import { startResponder } from "./wire/responder.ts";

const FIXTURES = new URL("../fixtures/wire/", import.meta.url);

async function load(name: string) {
  return JSON.parse(await readFile(new URL(name, FIXTURES), "utf8"));
}

describe("the wire", () => {
  test.each(["cases.json", "derived.json"])("is as recorded for every case of %s", async (file) => {
    const [cases, { config_response }] = await Promise.all([load(file), load("login.json")]);

    const replayed = await replay(cases, config_response);

    expect(replayed.filter(({ differences }) => differences.length > 0)).toEqual([]);
    expect(replayed.length).toBeGreaterThan(40);
  });

  test("carries the one request of a passed-config login", async () => {
    const { requests, config_response } = await load("login.json");
    const responder = await startResponder(config_response);
    responder.play({
      id: "login",
      call: { method: "login" },
      requests: [],
      script: { job: config_response },
    });
    const platform = connectPlatform(loginFromPassedConfig(passedConfig(responder.origin)));

    await platform.context();
    await platform.close();
    await responder.close();

    const sent = responder.requests.map(({ method, path, query, auth }) => ({
      method,
      path,
      query,
      auth: auth?.slice(0, requests[0].auth.length),
    }));
    expect(sent).toEqual(requests.map(({ headers: _, ...request }: { headers: unknown }) => request));
  });

  test("deviates only with a reason", () => {
    for (const { name, reason } of DEVIATIONS)
      expect({ name, length: reason.length > 40 }).toEqual({ name, length: true });
  });
});

describe("the comparison", () => {
  let cases: WireCase[];
  let config: unknown;
  beforeAll(async () => {
    cases = await load("cases.json");
    config = (await load("login.json")).config_response;
  });

  const TAMPERED: [string, string, (wireCase: WireCase) => void][] = [
    [
      "a body key",
      "start/flags",
      ({ requests }) => Object.assign(requests[0]?.json ?? {}, { privileged: false }),
    ],
    ["a query value", "list/owners", ({ requests }) => requests[0]?.query.push(["owner", "carol"])],
    ["a request", "simple/kill", ({ requests }) => requests.pop()],
    ["a path", "monitor/west", ({ requests }) => Object.assign(requests[0] ?? {}, { path: "/x" })],
    ["a frame", "exec/resize", ({ requests }) => requests[0]?.frames?.push({ type: "TEXT", text: "x" })],
    [
      "a header",
      "list/default",
      ({ requests }) => Object.assign(requests[0]?.headers ?? {}, { Accept: "*/*" }),
    ],
    ["a result", "status/full-failed", ({ result }) => Object.assign(result ?? {}, { life_span: 1 })],
    ["an exit code", "exec/tty", (wireCase) => Object.assign(wireCase, { result: [{ exit_code: 0 }] })],
    [
      "an error",
      "error-exec/401",
      ({ script }) => Object.assign(script ?? {}, { error: undefined, send: [] }),
    ],
    ["a refusal", "start-bad/image-dash", ({ call }) => Object.assign(call.args ?? {}, { image: "x" })],
  ];

  test.each(TAMPERED)("reports %s that differs", async (_what, id, tamper) => {
    const wireCase = structuredClone(cases.find((candidate) => candidate.id === id)) as WireCase;
    tamper(wireCase);

    const [replayed] = await replay([wireCase], config);

    expect(replayed?.differences).not.toEqual([]);
  });
});

describe("npm run wire", () => {
  const run = promisify(execFile);
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "wire-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("closes with the count and fails when a case differs", async () => {
    const [first, second] = (await load("cases.json")) as WireCase[];
    const file = join(folder, "cases.json");
    await writeFile(file, JSON.stringify([first, { ...second, requests: [] }]));

    const failure = await run(process.execPath, ["--import", "tsx", "scripts/wire.ts", file]).catch(
      (error: { code: number; stdout: string }) => error,
    );

    expect(failure).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^start\/external-tag: requests:.*\n1 passed, 1 failed\n$/),
    });
  });
});
