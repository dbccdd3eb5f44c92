import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { networkError } from "../../src/client/http/network-error.ts";
import { type ConnectOptions, connectPlatform, type Login } from "../../src/client/index.ts";
import { configOf, JOB_ID, token, wireJob } from "../support/jobs.ts";
import { deadOrigin, rawServer } from "../support/raw-server.ts";

function connect(origin: string, options: ConnectOptions = {}) {
  const login: Login = {
    source: "token",
    url: `${origin}/api/v1`,
    token: token("alice"),
    cluster: "default",
    org: "acme",
  };
  const platform = connectPlatform(login, { retries: 0, ...options });
  onTestFinished(() => platform.close());
  return platform;
}

/** Answers `/config` properly and everything else with `fault`. */
function faulty(fault: (socket: Socket) => unknown): Promise<string> {
  return rawServer((socket, request) => {
    const body = JSON.stringify(configOf("http://127.0.0.1:1"));
    if (!request.startsWith("GET /api/v1/config")) return fault(socket);
    return socket.write(
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  });
}

const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n";

test("a host name that nobody knows is no reason to try again later", () => {
  const cause = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
  const request = { method: "GET", url: "https://api.apollo.us/api/v1/config" };
  expect(networkError(cause, { what: "Reading", request })).toMatchObject({
    code: "unavailable",
    message: `Reading failed: the host name is unknown (https://api.apollo.us). Check the address, and this machine's network.`,
  });
});

describe("a fault", { tags: "hostility" }, () => {
  test("refused connection is unavailable and retryable", async () => {
    await expect(connect(await deadOrigin()).context()).rejects.toMatchObject({
      code: "unavailable",
      retryable: true,
      message: expect.stringContaining("nothing is listening there"),
    });
  });

  test("unknown host is unavailable", async () => {
    await expect(connect("http://no-such-host.invalid").context()).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  test("connection reset in the middle of a body is unavailable", async () => {
    const origin = await faulty((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{"id":`);
      setImmediate(() => socket.resetAndDestroy());
    });

    await expect(connect(origin).jobs.get(JOB_ID)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("answer shorter than announced is unavailable", async () => {
    const origin = await faulty((socket) => socket.end(`${HEAD}Content-Length: 9999\r\n\r\n{"id":`));

    await expect(connect(origin).jobs.get(JOB_ID)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("truncated line of a list is an error after the whole ones", async () => {
    const line = JSON.stringify(wireJob());
    const origin = await faulty((socket) =>
      socket.end(`${HEAD}Connection: close\r\n\r\n${line}\n${line.slice(0, 50)}`),
    );
    const ids: string[] = [];
    const listing = (async () => {
      for await (const { id } of connect(origin).jobs.list()) ids.push(id);
    })();

    await expect(listing).rejects.toMatchObject({
      code: "protocol_error",
      message: expect.stringContaining("cut short"),
    });
    expect(ids).toEqual([JOB_ID]);
  });

  test("HTML with 502 is unavailable and told in short", async () => {
    const page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
    const origin = await faulty((socket) =>
      socket.end(
        `HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\n\r\n${page}`,
      ),
    );

    await expect(connect(origin).jobs.get(JOB_ID)).rejects.toMatchObject({
      code: "unavailable",
      retryable: true,
      serverText: page,
      message: expect.stringMatching(/failed: 502 Bad Gateway\. The platform is not available/),
      request: { method: "GET", status: 502 },
    });
  });

  test("no headers in time is timed_out", async () => {
    const origin = await faulty(() => undefined);

    await expect(connect(origin, { idleMs: 50 }).jobs.get(JOB_ID)).rejects.toMatchObject({
      code: "timed_out",
      retryable: true,
      message: expect.stringContaining("nothing received for 50 ms"),
    });
  });

  test("headers that trickle in are bounded by the caller's time limit", async () => {
    const origin = await faulty((socket) => {
      const timer = setInterval(() => socket.write("X"), 10);
      socket.once("close", () => clearInterval(timer));
      socket.write("HTTP/1.1 200 OK\r\nX-Slow: ");
    });

    await expect(connect(origin).jobs.get(JOB_ID, { timeoutMs: 80 })).rejects.toMatchObject({
      code: "timed_out",
    });
  });

  test("body that stalls is timed_out", async () => {
    const origin = await faulty((socket) => socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`));
    const listing = (async () => {
      for await (const _ of connect(origin, { idleMs: 50 }).jobs.list()) expect.unreachable();
    })();

    await expect(listing).rejects.toMatchObject({ code: "timed_out" });
  });

  test("answer that is no HTTP is unavailable", async () => {
    const origin = await faulty((socket) => socket.end("hello\r\n\r\n"));

    await expect(connect(origin).jobs.get(JOB_ID)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("expired certificate is unavailable, and says so", async () => {
    const origin = await secureServer("expired.pem");

    expect(await contextOf(origin)).toMatch(/^unavailable: .* not trusted \(CERT_HAS_EXPIRED\)/);
  });

  test("unknown authority is unavailable, and not worth another try", async () => {
    const origin = await secureServer("valid.pem");

    await expect(connect(origin).context()).rejects.toMatchObject({
      code: "unavailable",
      retryable: false,
      message: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
    });
  });

  test("authority added by NODE_EXTRA_CA_CERTS is trusted", async () => {
    expect(await contextOf(await secureServer("valid.pem"))).toBe("alice");
  });

  test("abort by the caller ends the call at once with the caller's reason", { tags: "leaks" }, async () => {
    const controller = new AbortController();
    const origin = await faulty(() => controller.abort(new Error("enough")));

    await expect(connect(origin).jobs.get(JOB_ID, { signal: controller.signal })).rejects.toThrow("enough");
  });

  test("call with a signal that has fired sends nothing", async () => {
    let connections = 0;
    const origin = await rawServer(() => {
      connections += 1;
    });

    await expect(connect(origin).context({ signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow(
      "no",
    );
    await expect(
      connect(origin).jobs.kill(JOB_ID, { signal: AbortSignal.abort(new Error("no")) }),
    ).rejects.toThrow("no");
    expect(connections).toBe(0);
  });
});

const TLS = new URL("../fixtures/tls/", import.meta.url);

/** An HTTPS platform with a certificate of the test's authority. */
async function secureServer(certificate: string): Promise<string> {
  const [key, cert] = await Promise.all([
    readFile(new URL("key.pem", TLS)),
    readFile(new URL(certificate, TLS)),
  ]);
  const server = createServer({ key, cert }, (_, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(configOf("http://127.0.0.1:1")));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  // A listening TCP server has an address with a port.
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a fresh process that trusts the test's authority makes of the platform there. */
async function contextOf(origin: string): Promise<string> {
  const script = fileURLToPath(new URL("../support/context-of.ts", import.meta.url));
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: fileURLToPath(new URL("ca.pem", TLS)) };
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", script, origin], {
    env,
  });
  return stdout.trim();
}
