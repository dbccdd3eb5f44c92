import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { describe, onTestFinished } from "vitest";
import { proxyFor } from "../../src/client/proxies.ts";
import { expect, JOB_ID, reply, test, wireJob } from "../support/platform-stub.ts";

describe("proxyFor", () => {
  const env = {
    HTTPS_PROXY: "http://secure:1",
    http_proxy: "plain:2",
    NO_PROXY: "localhost, .corp.test,exact.test:8443",
  };

  test.each([
    ["https://api.test/x", "http://secure:1"],
    ["wss://api.test/x", "http://secure:1"],
    ["http://api.test/x", "http://plain:2"],
    ["http://localhost:80", undefined],
    ["https://a.corp.test", undefined],
    ["https://corp.test.evil", "http://secure:1"],
    ["https://exact.test:8443", undefined],
    ["https://exact.test", "http://secure:1"],
  ])("leads %s to %s", (url, expected) => {
    expect(proxyFor(url, env)).toBe(expected);
  });

  test("exempts everything by a star, and nothing without a proxy", () => {
    expect(proxyFor("https://a.test", { ...env, NO_PROXY: "*" })).toBeUndefined();
    expect(proxyFor("https://a.test", {})).toBeUndefined();
    expect(proxyFor("https://a.test", { ALL_PROXY: "http://all:3" })).toBe("http://all:3");
  });
});

/** A proxy that tunnels and counts. */
async function startProxy(): Promise<{ url: string; tunnels: string[] }> {
  const tunnels: string[] = [];
  const server = createServer().on("connect", (request, socket) => {
    tunnels.push(request.url ?? "");
    const { hostname, port } = new URL(`http://${request.url}`);
    const remote = connect(Number(port), hostname, () => {
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

describe("a proxy", () => {
  test("carries requests and sockets", async ({ stub }) => {
    const proxy = await startProxy();
    const platform = stub.connect({ env: { HTTP_PROXY: proxy.url } });
    stub.on("GET /api/v1/jobs/", (response) => reply(response, wireJob()));
    stub.play("/log_ws", (socket) => socket.send(Buffer.from("a\n"), () => socket.close(1000)));
    const chunks: string[] = [];

    await platform.jobs.get(JOB_ID);
    for await (const chunk of platform.jobs.monitor(JOB_ID)) chunks.push(Buffer.from(chunk).toString());
    await platform.close();

    expect(chunks).toEqual(["a\n"]);
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(stub.origin).host]));
    expect(proxy.tunnels.length).toBeGreaterThanOrEqual(2);
  });

  test("is not used for hosts of NO_PROXY", async ({ stub }) => {
    const proxy = await startProxy();
    const platform = stub.connect({ env: { HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1" } });

    await platform.context();

    expect(proxy.tunnels).toEqual([]);
  });
});
