import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

test.each([200, 503])("asks /healthz of a server that answers %i", async (status) => {
  const server = await listen((path) => (path === "/healthz" ? status : 404));
  expect(await check(["--http", "--host=0.0.0.0", `--port=${portOf(server)}`])).toBe(status === 200 ? 0 : 1);
  expect(await check(["--http", "--port", String(portOf(server))])).toBe(status === 200 ? 0 : 1);
});

test("reads the server's variables, and its flags before them", async () => {
  const server = await listen(() => 200);
  const port = String(portOf(server));
  expect(await check([], { APOLO_MCP_HTTP: "true", APOLO_MCP_PORT: port })).toBe(0);
  expect(await check(["--http", `--port=${port}`], { APOLO_MCP_PORT: "1" })).toBe(0);
  expect(await check(["--http"], { APOLO_MCP_PORT: "1" })).toBe(1);
});

test("fails when nobody listens", async () => {
  const server = await listen(() => 200);
  const port = portOf(server);
  server.close();
  await once(server, "close");
  expect(await check(["--http", `--port=${port}`])).toBe(1);
});

test.each([[[]], [["emulator", "--port=1"]]])("calls what speaks no HTTP healthy: %j", async (args) =>
  expect(await check(args)).toBe(0),
);

/** The exit code of the check of a server that was started with `args`. */
function check(args: string[], env: Record<string, string> = {}): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "healthcheck-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const commandLine = join(folder, "cmdline");
  writeFileSync(commandLine, ["node", "/app/dist/main.js", ...args, ""].join("\0"));
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ["deploy/healthcheck.mjs", commandLine], { env }, () =>
      resolve(child.exitCode ?? -1),
    );
  });
}

async function listen(statusOf: (path: string | undefined) => number): Promise<Server> {
  const server = createServer(({ url }, response) => response.writeHead(statusOf(url)).end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
