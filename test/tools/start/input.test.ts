import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { readStart, secretsOf, startInput } from "../../../src/tools/start/input.ts";

type Given = Partial<z.input<typeof startInput>>;
const read = (given: Given) => readStart(startInput.parse({ image: "python:3.12", ...given }));
const optionsOf = (given: Given) => read(given).items[0]?.options;
// Put together, so that no scanner takes it for a real one.
const TOKEN = ["ghp", "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"].join("_");

describe("a start as read", () => {
  test("is one job, without a sweep's tag, for a day", () => {
    expect(read({ name: "train", command: "python a.py", request_id: "r-1", tags: ["x"] })).toEqual({
      items: [
        {
          ...{
            index: 1,
            values: {},
            name: "train",
            command: "python a.py",
            env: undefined,
            requestId: "r-1",
          },
          toRun: { command: "python a.py", inShell: false },
          options: expect.objectContaining({
            ...{ image: "python:3.12", name: "train", command: "python a.py", tags: ["x"], shm: true },
            ...{ lifeSpanSeconds: 86_400, where: {} },
          }),
        },
      ],
      ...{ isRepeatable: true, requestId: "r-1", sweepTag: undefined, lifeSpanSeconds: 86_400 },
    });
  });

  test("has an id of its own where the caller gave none, and cannot be repeated", () => {
    const [one, two] = [read({}), read({})];
    expect(one).toMatchObject({ isRepeatable: false, requestId: expect.stringMatching(/^[0-9a-f]{12}$/) });
    expect(one.items[0]?.requestId).toBe(one.requestId);
    expect(one.requestId).not.toBe(two.requestId);
  });

  test.for<[Given, string[], string | undefined]>([
    [{ count: 1 }, ["r"], undefined],
    [{ count: 2 }, ["r-1", "r-2"], "sweep:r"],
    [{ count: 2, name: "lr" }, ["r-1", "r-2"], "sweep:lr"],
    [{ matrix: { v: ["1"] }, command: "run {v}" }, ["r-1"], "sweep:r"],
  ])("is a sweep where several are asked for: %j", ([given, ids, tag]) => {
    const { items, sweepTag } = read({ request_id: "r", ...given });
    expect(items.map(({ requestId }) => requestId)).toEqual(ids);
    expect(sweepTag).toBe(tag);
    expect(items.map(({ options }) => options.tags)).toEqual(ids.map(() => (tag === undefined ? [] : [tag])));
  });

  test("gives each job of a sweep its own name, command, variables and all tags", () => {
    const { items } = read({
      ...{ name: "lr", request_id: "r", tags: ["x"], matrix: { v: ["1", "2"] } },
      ...{ command: "run {v}", env: { V: "{v}" } },
    });
    expect(items.map(({ options, toRun }) => ({ options, toRun }))).toEqual(
      ["1", "2"].map((v) => ({
        options: expect.objectContaining({
          ...{ name: `lr-${v}`, command: `run ${v}`, env: { V: v }, tags: ["x", "sweep:lr"] },
        }),
        toRun: { command: `run ${v}`, inShell: false },
      })),
    );
  });

  test("hands on each option", () => {
    expect(
      optionsOf({
        ...{ preset: "cpu-small", description: "d", volumes: ["storage:a:/a"], entrypoint: "bash -c" },
        ...{ tty: true, privileged: true, priority: "high", secret_env: { T: "secret:t" }, http_port: 80 },
        ...{ working_dir: "/w", shm: false, schedule_timeout: "30m", restart_policy: "always" },
        ...{ pass_config: true, wait_for_quota: true, energy_schedule: "green", project: "acme/nlp" },
      }),
    ).toEqual({
      ...{ image: "python:3.12", preset: "cpu-small", description: "d", volumes: ["storage:a:/a"] },
      ...{
        entrypoint: "bash -c",
        tty: true,
        privileged: true,
        priority: "high",
        secretEnv: { T: "secret:t" },
      },
      ...{ http: { port: 80, requiresAuth: true }, workingDir: "/w", shm: false },
      ...{ scheduleTimeoutSeconds: 1800, restartPolicy: "always", passConfig: true, waitForJobsQuota: true },
      ...{ energyScheduleName: "green", where: { org: "acme", project: "nlp" }, tags: [] },
      lifeSpanSeconds: 86_400,
    });
  });

  test("leaves out what was not asked for", () => {
    expect(optionsOf({})).toEqual({
      ...{ image: "python:3.12", shm: true, lifeSpanSeconds: 86_400, where: {}, tags: [] },
    });
  });

  test("has no end only where that is said", () => {
    expect(read({ life_span: "none" })).toMatchObject({ lifeSpanSeconds: undefined });
    expect(optionsOf({ life_span: "none" })?.lifeSpanSeconds).toBeUndefined();
    expect(optionsOf({ life_span: "90m" })?.lifeSpanSeconds).toBe(5400);
  });

  test("opens a port to all only where that is said", () => {
    expect(optionsOf({ http_port: 80 })?.http).toEqual({ port: 80, requiresAuth: true });
    expect(optionsOf({ http_port: 80, http_auth: true })?.http).toEqual({ port: 80, requiresAuth: true });
    expect(optionsOf({ http_port: 80, http_auth: false })?.http).toEqual({ port: 80, requiresAuth: false });
  });

  test.for([true, false])("refuses http_auth %j without a port", (http_auth) => {
    expect(() => read({ http_auth })).toThrow(
      expect.objectContaining({
        ...{ message: expect.stringContaining("there is no http_port") },
        example: { http_port: 8080, http_auth: true },
      }),
    );
  });

  test("puts no shell around the arguments of an entrypoint", () => {
    expect(read({ command: "a && b" }).items[0]?.toRun).toEqual({ command: "sh -c 'a && b'", inShell: true });
    expect(read({ command: "a && b", entrypoint: "python" }).items[0]).toMatchObject({
      ...{ options: { command: "a && b" }, toRun: { command: "a && b", inShell: false } },
    });
    expect(() => read({ entrypoint: "'" })).toThrow(/entrypoint/);
    const image = read({}).items[0];
    expect([image?.toRun, image?.options.command]).toEqual([undefined, undefined]);
  });
});

describe("secrets among the arguments", () => {
  test.for<[string, Given, { argument: string; variable?: string }[]]>([
    ["in a variable", { env: { TOKEN } }, [{ argument: "env", variable: "TOKEN" }]],
    [
      "in place of a reference",
      { secret_env: { A: TOKEN, B: "secret:b" } },
      [{ argument: "secret_env", variable: "A" }],
    ],
    ["in a matrix", { matrix: { API_KEY: ["a", TOKEN] } }, [{ argument: "matrix", variable: "API_KEY" }]],
    [
      "in a matrix by the variable that it fills",
      { env: { DB_PASSWORD: "{p}", OTHER: "{q}" }, matrix: { p: ["hunter2", "hunter4"], q: ["hunter3"] } },
      [
        { argument: "matrix", variable: "DB_PASSWORD" },
        { argument: "matrix", variable: "DB_PASSWORD" },
      ],
    ],
    [
      "in a matrix by where it goes in the command",
      { command: "run --password {p} --lr {q}", matrix: { p: ["hunter2-$&"], q: ["1"] } },
      [{ argument: "matrix" }],
    ],
    ...(["image", "command", "name", "description", "entrypoint", "working_dir"] as const).map(
      (argument): [string, Given, { argument: string }[]] => [
        `in ${argument}`,
        { [argument]: `run ${TOKEN}` },
        [{ argument }],
      ],
    ),
    ...(["tags", "volumes"] as const).map((argument): [string, Given, { argument: string }[]] => [
      `in ${argument}`,
      { [argument]: ["a", TOKEN] },
      [{ argument }],
    ]),
    ["in none", { command: "run {v}", env: { A: "1", B: "{v}" }, tags: ["a"], matrix: { v: ["1"] } }, []],
    ["in no argument", {}, []],
  ])("are found %s", ([, given, found]) => {
    expect(secretsOf(given)).toEqual(found.map((each) => expect.objectContaining(each)));
  });

  test("are no logins in references of the platform, which are refused as such", () => {
    const login = "storage://me:hunter2pass@default/a:/a";
    expect(secretsOf({ volumes: [login] })).toEqual([]);
    expect(secretsOf({ secret_env: { A: "secret://me:hunter2pass@default/a" } })).toEqual([]);
    expect(secretsOf({ image: "image://me:hunter2pass@default/a" })).toEqual([]);
    expect(secretsOf({ command: "curl https://me:hunter2pass@example.org" })).not.toEqual([]);
  });
});
