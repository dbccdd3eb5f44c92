import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRandom } from "../../src/emulator/scenes/random.ts";
import { create } from "./support/requests.ts";
import type { Scripted } from "./support/scripted.ts";
import { startScripted } from "./support/scripted.ts";

const ROUNDS = 400;
let platform: Scripted;
let jobId: string;
let port: number;

beforeAll(async () => {
  platform = await startScripted();
  jobId = (await create(platform, { name: "victim" })).id;
  port = Number(new URL(platform.context.origin).port);
});
afterAll(() => platform.close());

/** Sends bytes as they are and returns what came back, or nothing if the server just hung up. */
async function raw(bytes: Buffer): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", () => socket.destroy());
  socket.setTimeout(60, () => socket.destroy());
  socket.write(bytes);
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}

function statuses(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
}

const random = openRandom(7);
const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"];
const PARTS = [
  "api",
  "v1",
  "jobs",
  "config",
  "default",
  "monitoring",
  "capacity",
  "log",
  "users",
  "..",
  "%2e%2e",
  "%00",
  "%",
  "%ff",
  "é",
  " ",
  "*",
  "a".repeat(300),
  "http",
  "oauth",
  "token",
  "max_run_time_minutes",
  "status",
  "disks",
  "secrets",
  "storage",
  "permissions",
];
const QUERIES = [
  "",
  "from_preset",
  "limit=-1",
  "limit=1e999",
  "since=%00",
  "status[]=x",
  "name=%ff%fe",
  "tag=",
  "hostname=--",
  "reverse=\u0000",
  "a=b&&&==",
  "since=9999-99-99",
  "until=0001-01-01T00:00:00",
];
const BODIES = [
  "",
  "{",
  "null",
  "[]",
  '"x"',
  "{}",
  '{"container":null}',
  '{"image":{}}',
  '{"image":"a","resources":[]}',
  '{"image":"a","env":[1]}',
  '{"image":"a","volumes":[null]}',
  '{"__proto__":{"x":1},"image":"a"}',
  '{"image":"a","cluster_name":["default"]}',
  '{"image":"a","tags":{"0":"x"}}',
  '{"image":"a","http":5}',
  '{"image":"a","max_run_time_minutes":1e400}',
  "\u0000",
  '{"a":'.repeat(2000),
];

function path(): string {
  const parts = Array.from({ length: random.between(1, 5) }, () =>
    random.chance(0.2) ? jobId : random.pick(PARTS),
  );
  return `${random.chance(0.6) ? "/api/v1/jobs" : ""}/${parts.join("/")}?${random.pick(QUERIES)}`;
}

function request(): Buffer {
  const body = random.pick(BODIES);
  const token = random.pick([platform.token, platform.token, "x", "a.b.c", ""]);
  const lines = [
    `${random.pick(METHODS)} ${random.chance(0.3) ? "/api/v1/jobs?from_preset" : path()} HTTP/1.1`,
    "Host: localhost",
    `Authorization: ${random.pick(["Bearer", "Bearer", "Bearer", "Basic", ""])} ${token}`,
    ...(random.chance(0.2) ? ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"] : []),
    ...(random.chance(0.1) ? [`X-Strange: ${"y".repeat(random.between(1, 20_000))}`] : []),
    `Content-Length: ${random.chance(0.9) ? Buffer.byteLength(body) : random.between(0, 99)}`,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

describe("whatever arrives", () => {
  test("well-formed requests for nonsense get an answer that is no server error", async () => {
    const failures: string[] = [];
    for (let round = 0; round < ROUNDS; round += 10) {
      const requests = Array.from({ length: 10 }, request);
      const answers = await Promise.all(requests.map(raw));
      for (const [index, answer] of answers.entries()) {
        if (statuses(answer).some((status) => status >= 500))
          failures.push(`${requests[index]?.toString("latin1").slice(0, 300)} => ${answer.slice(0, 300)}`);
      }
    }
    expect(failures).toEqual([]);
  });

  test("random bytes get a plain 400 or nothing", async () => {
    for (let round = 0; round < ROUNDS / 4; round += 10) {
      const noise = Array.from({ length: 10 }, () =>
        Buffer.from(Array.from({ length: random.between(1, 400) }, () => random.between(0, 255))),
      );
      const answers = await Promise.all(
        noise.map((bytes) => raw(Buffer.concat([bytes, Buffer.from("\r\n\r\n")]))),
      );
      expect(answers.flatMap(statuses).filter((status) => status !== 400)).toEqual([]);
    }
  });

  test("create bodies with any value in any place are accepted or refused with a text", async () => {
    const values = [
      null,
      true,
      0,
      -1,
      1.5,
      1e308,
      "",
      "x",
      "\u0000",
      "a".repeat(5000),
      [],
      {},
      [null],
      { a: 1 },
      [[]],
    ];
    const keys = [
      "name",
      "tags",
      "env",
      "command",
      "http",
      "volumes",
      "secret_env",
      "secret_volumes",
      "disk_volumes",
      "max_run_time_minutes",
      "schedule_timeout",
      "priority",
      "resources",
      "preset_name",
      "cluster_name",
      "org_name",
      "project_name",
      "image",
      "working_dir",
      "tty",
      "pass_config",
      "energy_schedule_name",
      "description",
    ];
    for (const key of keys) {
      for (const value of values) {
        const body = { image: "ubuntu", project_name: "vision", [key]: value };
        const answer = await platform.call("POST", "/api/v1/jobs?from_preset", { body });
        expect([202, 400, 403], `${key}=${JSON.stringify(value)}: ${answer.text}`).toContain(answer.status);
      }
    }
  });

  test("leaves the emulator well", async () => {
    expect((await platform.call("GET", `/api/v1/jobs/${jobId}`)).status).toBe(200);
  });
});
