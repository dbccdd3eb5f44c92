import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Platform, startPlatform } from "../monitoring/platform.ts";

let platform: Platform;
let id: string;
beforeAll(async () => {
  platform = await startPlatform();
  id = await platform.run("echo hello; cat");
});
afterAll(() => platform.close());

const UPGRADE = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "AQIDBAUGBwgJCgsMDQ4PEC==",
};

interface Asked {
  status: number | undefined;
  headers: IncomingMessage["headers"];
  text: string;
}

/** What came back, whether it is an answer or the beginning of a WebSocket. */
async function ask(method: string, path: string, headers: object = {}): Promise<Asked> {
  const authorization = `Bearer ${platform.context.tokens.mint("alice")}`;
  const asked = request(`${platform.api}${path}`, { method, headers: { authorization, ...headers } });
  const answered = once(asked, "response");
  const upgraded = once(asked, "upgrade");
  asked.end();
  // Both events bring a response first; an upgrade brings its socket too.
  const [response, socket] = (await Promise.race([answered, upgraded])) as [IncomingMessage, Socket?];
  socket?.destroy();
  const body = socket === undefined ? await text(response) : "";
  return { status: response.statusCode, headers: response.headers, text: body };
}

describe("a method that a path does not have", () => {
  test.each([
    ["PATCH", "/jobs", "GET,HEAD,POST"],
    ["POST", "/config", "GET,HEAD"],
    ["PUT", "/jobs/x/drop", "POST"],
    ["POST", "/jobs/x/log", "DELETE,GET,HEAD"],
    ["PUT", "/jobs/x/exec", "GET,HEAD,POST"],
    ["POST", "/jobs/x/top", "GET,HEAD"],
  ])("is refused with those it has: %s %s", async (method, path, allow) => {
    const { status, headers, text: body } = await ask(method, path);
    expect([status, headers.allow, body]).toEqual([405, allow, "405: Method Not Allowed"]);
  });

  test("is no reason to say that there is nothing", async () => {
    const { status, headers } = await ask("GET", "/nothing/here");
    expect([status, headers.allow]).toEqual([404, undefined]);
  });
});

describe("a WebSocket handshake that is no GET", () => {
  test.each(["attach", "exec?cmd=true&stdout=true"])("is taken as a POST by %s", async (path) => {
    const { status, headers } = await ask("POST", `/jobs/${id}/${path}`, UPGRADE);
    expect([status, headers.upgrade]).toEqual([101, "websocket"]);
  });

  test.each(["log_ws", "top"])("is refused as a POST by %s, in the header too", async (path) => {
    const { status, headers, text: body } = await ask("POST", `/jobs/${id}/${path}`, UPGRADE);
    expect([status, headers.allow, headers["x-error"]]).toEqual([405, "GET,HEAD", "405: Method Not Allowed"]);
    expect(body).toBe("405: Method Not Allowed");
  });

  test("is refused as a PUT where it may be a POST", async () => {
    const { status, headers } = await ask("PUT", `/jobs/${id}/attach`, UPGRADE);
    expect([status, headers.allow]).toEqual([405, "GET,HEAD,POST"]);
  });
});

describe("a HEAD", () => {
  test.each([
    ["/config", 200],
    [`/jobs/job-of-nobody/log_ws`, 400],
    ["/jobs/x/log_ws?timestamps=maybe", 400],
  ])("on %s says what a GET would, without a body", async (path, expected) => {
    const [head, get] = [await ask("HEAD", path), await ask("GET", path)];
    expect([head.status, get.status]).toEqual([expected, expected]);
    expect(head.headers["content-length"]).toBe(get.headers["content-length"]);
    expect([head.text, get.text === ""]).toEqual(["", false]);
  });
});

describe("a WebSocket handshake on a path without WebSockets", () => {
  test("is answered as if none was asked for", async () => {
    const { status, text: body } = await ask("GET", "/config", UPGRADE);
    expect([status, JSON.parse(body).authorized]).toEqual([200, true]);
    const refused = await ask("POST", "/config", UPGRADE);
    expect([refused.status, refused.headers.allow]).toEqual([405, "GET,HEAD"]);
  });
});

describe("the name of the service", () => {
  test.each([
    ["/jobs/capacity", "platform-monitoring/25.11.0"],
    ["/jobs", "platform-api/25.11.0"],
    ["/config", "platform-api/25.11.0"],
  ])("is in the answer of %s", async (path, service) => {
    expect((await ask("GET", path)).headers["x-service-version"]).toBe(service);
  });

  test("is in the answer to a handshake", async () => {
    const { status, headers } = await ask("GET", `/jobs/${id}/top`, UPGRADE);
    expect([status, headers["x-service-version"]]).toEqual([101, "platform-monitoring/25.11.0"]);
  });
});

describe("a socket's path without a handshake", () => {
  test("says first what the socket would say", async () => {
    const port = await ask("GET", `/jobs/${id}/port_forward/abc`);
    expect([port.status, port.text]).toEqual([400, '{"msg": "Invalid port number \'abc\'"}']);
    const ended = await platform.run("true");
    await platform.reach(ended, "succeeded");
    const exec = await ask("GET", `/jobs/${ended}/exec?cmd=ls`);
    expect([exec.status, exec.text]).toEqual([404, `{"error": "Job '${ended}' is not running."}`]);
    const open = await ask("GET", `/jobs/${id}/exec?cmd=ls`);
    expect([open.status, open.text]).toMatchObject([
      400,
      expect.stringContaining("No WebSocket UPGRADE hdr"),
    ]);
  });
});

describe("a token", () => {
  test.each([
    ["Basic dG9rZW46eA==", "Unexpected authorization scheme"],
    ["Bearer", "No credentials"],
  ])("is refused as %j", async (authorization, error) => {
    const { status, text: body } = await ask("GET", "/jobs", { authorization });
    expect([status, JSON.parse(body)]).toEqual([400, { error }]);
  });
});
