import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { describe, onTestFinished } from "vitest";
import { proxyInUse } from "../../../src/client/http/proxies.ts";
import { connectPlatform, type Login, type Platform } from "../../../src/client/index.ts";
import { expect, JOB_ID, type PlatformStub, reply, test, wireJob } from "../../support/platform-stub.ts";
import { deadOrigin } from "../../support/raw-server.ts";

describe("the proxy in use", () => {
  const env = {
    HTTPS_PROXY: "http://secure:1",
    http_proxy: "plain:2",
    NO_PROXY: ".corp.test,exact.test:8443",
  };

  test.each([
    ["https://api.test/x", "http://secure:1"],
    ["wss://api.test/x", "http://secure:1"],
    ["http://api.test/x", "http://plain:2"],
    ["http://api.localhost:80", undefined],
    ["http://127.9.8.7:80", undefined],
    ["ws://[::1]:80", undefined],
    ["http://127.0.0.1.evil.test", "http://plain:2"],
    ["http://localhost.evil.test", "http://plain:2"],
    ["https://a.corp.test", undefined],
    ["https://corp.test.evil", "http://secure:1"],
    ["https://exact.test:8443", undefined],
    ["https://exact.test", "http://secure:1"],
  ])("leads %s to %s", (url, expected) => {
    expect(proxyInUse(url, env)?.address).toBe(expected);
  });

  test("exempts everything by a star, and nothing without a proxy", () => {
    expect(proxyInUse("https://a.test", { ...env, NO_PROXY: "*" })?.address).toBeUndefined();
    expect(proxyInUse("https://a.test", {})?.address).toBeUndefined();
    expect(proxyInUse("https://a.test", { ALL_PROXY: "http://all:3" })?.address).toBe("http://all:3");
  });
});

describe("a proxy's address", () => {
  test.for([
    ["HTTPS_PROXY", "plain:2", "http://plain:2"],
    ["HTTPS_PROXY", " http://x:1\n", "http://x:1"],
    ["HTTPS_PROXY", "  ", undefined],
    ["HTTPS_PROXY", "", undefined],
    ["HTTP_PROXY", "http://x:1", undefined],
  ] as const)("%s=%j is read as %s", ([name, value, expected]) => {
    expect(proxyInUse("https://a.test", { [name]: value })?.address).toBe(expected);
  });

  test.for([
    ["HTTPS_PROXY", "ftp://user:hidden-word@x:1"],
    ["HTTPS_PROXY", "not an address"],
    ["ALL_PROXY", "http://:hidden-word@"],
    ["HTTPS_PROXY", "http://x:99999"],
  ] as const)("%s=%s is refused by name, without being repeated", async ([name, value]) => {
    const token = ["e30", Buffer.from('{"identity":"alice"}').toString("base64url"), "x"].join(".");
    const login: Login = { source: "token", url: "https://api.test/api/v1", token };
    const platform = connectPlatform(login, { env: { [name]: value }, retries: 0 });
    onTestFinished(() => platform.close());
    const error: unknown = await platform.context().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(`The variable ${name} is not the address of an HTTP proxy`),
    });
    expect(String(error)).not.toContain("hidden-word");
  });
});

/** A proxy that tunnels to this machine whatever the host is called, and counts; or refuses. */
async function startProxy(refusal?: string): Promise<{ url: string; tunnels: string[] }> {
  const tunnels: string[] = [];
  const server = createServer().on("connect", (request, socket) => {
    tunnels.push(request.url ?? "");
    if (refusal !== undefined) return void socket.end(`HTTP/1.1 ${refusal}\r\nContent-Length: 0\r\n\r\n`);
    const { port } = new URL(`http://${request.url}`);
    const remote = connect(Number(port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connected\r\n\r\n");
      remote.pipe(socket).pipe(remote);
    });
    remote.on("error", () => socket.destroy());
    socket.on("error", () => remote.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
  });
  // A listening TCP server has an address with a port.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tunnels };
}

/** The stub under a name that only a proxy can look up. */
function named(stub: PlatformStub): Login {
  const origin = stub.origin.replace("127.0.0.1", "platform.test");
  stub.monitoring = origin;
  return stub.login({ url: `${origin}/api/v1` });
}

async function readLog(platform: Platform): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of platform.jobs.monitor(JOB_ID)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("a proxy", () => {
  test("carries requests and sockets", async ({ stub }) => {
    const proxy = await startProxy();
    const login = named(stub);
    const platform = stub.connect({ login, env: { HTTP_PROXY: proxy.url } });
    stub.on("GET /api/v1/jobs/", (response) => reply(response, wireJob()));
    stub.play("/log_ws", (socket) => socket.send(Buffer.from("a\n"), () => socket.close(1000)));

    await platform.jobs.get(JOB_ID);
    expect(await readLog(platform)).toBe("a\n");
    await platform.close();

    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(login.url).host]));
    expect(proxy.tunnels.length).toBeGreaterThanOrEqual(2);
  });

  test("is not used for hosts of NO_PROXY", async ({ stub }) => {
    const proxy = await startProxy();
    const env = { HTTP_PROXY: proxy.url, NO_PROXY: "platform.test" };

    await expect(stub.connect({ login: named(stub), env }).context()).rejects.toThrow("host name");
    expect(proxy.tunnels).toEqual([]);
  });

  test.for(["HTTP_PROXY", "http_proxy", "ALL_PROXY"])(
    "of %s is not used for this machine",
    async (name, { stub }) => {
      const proxy = await startProxy();
      const platform = stub.connect({ env: { [name]: proxy.url } });
      stub.play("/log_ws", (socket) => socket.send(Buffer.from("a\n"), () => socket.close(1000)));

      expect(await readLog(platform)).toBe("a\n");
      expect(proxy.tunnels).toEqual([]);
    },
  );

  test("is named, without its password, when it is not there", async ({ stub }) => {
    const { host } = new URL(await deadOrigin());
    const platform = stub.connect({ login: named(stub), env: { HTTP_PROXY: `http://me:hidden@${host}` } });

    const error = await platform.context().catch(String);
    expect(error).toContain(
      `nothing is listening there (http://platform.test:${new URL(stub.origin).port}, through the proxy http://${host})`,
    );
    expect(error).not.toContain("hidden");
  });

  test("is named when it refuses", async ({ stub }) => {
    const proxy = await startProxy("407 Proxy Authentication Required");
    const platform = stub.connect({ login: named(stub), env: { HTTP_PROXY: proxy.url } });

    await expect(platform.context()).rejects.toThrow(`the proxy refused with status 407 (`);
    await expect(platform.context()).rejects.toThrow(`through the proxy ${proxy.url}`);
  });

  test("is named when it refuses a socket", async ({ stub }) => {
    const proxy = await startProxy("407 Proxy Authentication Required");
    stub.monitoring = stub.origin.replace("127.0.0.1", "platform.test");

    await expect(readLog(stub.connect({ env: { HTTP_PROXY: proxy.url } }))).rejects.toThrow(
      `through the proxy ${proxy.url}`,
    );
  });
});
