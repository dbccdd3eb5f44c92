import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { barriers, chromiumPath, openBrowser, openPage } from "../support/browser.ts";

let browser: Browser;
beforeAll(async () => {
  if (chromiumPath !== undefined) browser = await openBrowser();
});
afterAll(() => browser?.close());

/** Gives a program a terminal. */
const SCRIPT = "/usr/bin/script";
const JSON_TYPE = { "content-type": "application/json" };

/** A folder of programs, where what opens files gives their content into a pipe. */
async function fakeBrowser() {
  const folder = await mkdtemp(join(tmpdir(), "browser-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const pipe = join(folder, "opened");
  execFileSync("mkfifo", [pipe]);
  await writeFile(join(folder, "xdg-open"), `#!/bin/sh\n/bin/cat "$1" > "${pipe}"\n`, { mode: 0o700 });
  return { folder, opened: () => readFile(pipe, "utf8") };
}

/** The built bin's dashboard, and each address that it prints, on a machine without a browser. */
function dashboard(args: string[] = []) {
  const { HOME = "" } = process.env;
  const child: ChildProcessByStdio<null, Readable, null> = spawn(
    process.execPath,
    ["dist/main.js", "dashboard", "--emulator", ...args],
    // What serves others is not for a dashboard.
    {
      stdio: ["ignore", "pipe", "ignore"],
      env: { PATH: "/nonexistent", HOME, APOLO_MCP_HOST: "0.0.0.0", APOLO_MCP_AUTH: "platform" },
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return async () => {
    const { value = "" } = await lines.next();
    return new URL(/http:\S+/.exec(String(value))?.[0] ?? "");
  };
}

describe("a dashboard", () => {
  test.skipIf(process.platform !== "linux" || !existsSync(SCRIPT))(
    "opens the browser of a terminal by a file with its address",
    async () => {
      const { folder, opened } = await fakeBrowser();
      const command = `"${process.execPath}" dist/main.js dashboard --emulator`;
      const terminal = spawn(SCRIPT, ["-qec", command, "/dev/null"], {
        stdio: "ignore",
        env: { PATH: folder, HOME: process.env.HOME, SHELL: "/bin/sh" },
      });
      onTestFinished(() => void terminal.kill());
      const address = /url=(http:[^"]+)"/.exec(await opened())?.[1] ?? "";
      expect(new URL(address).hash).toMatch(/^#code=/);
      expect((await fetch(new URL("/", address))).status).toBe(200);
    },
  );

  test("prints the address where there is no browser, and serves on", async () => {
    const address = await dashboard()();
    expect(address.hash).toMatch(/^#code=/);
    expect((await fetch(new URL("/", address))).status).toBe(200);
  });

  test("lets in only who comes by an address that was not used, from its own page", async () => {
    const next = dashboard();
    const address = await next();
    expect(address.hostname).toBe("127.0.0.1");
    const redeem = (url: URL, headers = {}) =>
      fetch(new URL("/session", url), {
        ...{ method: "POST", headers: { ...JSON_TYPE, ...headers } },
        body: JSON.stringify({ code: url.hash.slice("#code=".length) }),
      });
    const call = (headers = {}) =>
      fetch(new URL("/mcp", address), {
        ...{ method: "POST", headers: { ...JSON_TYPE, ...headers } },
        body: "{}",
      });
    expect((await call()).status).toBe(401);
    expect((await redeem(address, { origin: "http://evil.example" })).status).toBe(403);
    const { token } = (await (await redeem(address)).json()) as { token: string };
    expect((await redeem(address)).status).toBe(403);
    expect((await call({ authorization: `Bearer ${token}` })).status).not.toBe(401);
    expect((await call({ authorization: `Bearer ${token}`, origin: "http://evil.example" })).status).toBe(
      403,
    );
    expect((await redeem(await next())).status).toBe(200);
  });

  test.skipIf(chromiumPath === undefined)("opens by its address, once", async () => {
    const address = await dashboard(["--scene", "week"])();
    const { page } = await openPage(browser);
    await page.goto(address.href);
    await page.getByRole("button", { name: "train-7b" }).waitFor();
    expect(page.url()).not.toContain("code");
    expect(await page.context().cookies()).toEqual([]);
    const { page: other } = await openPage(browser);
    await other.goto(address.href);
    await other.getByText("This address was used already").waitFor();
  });

  test.skipIf(chromiumPath === undefined)(
    "takes a token by hand from who comes without an address",
    async () => {
      const address = await dashboard(["--scene", "week"])();
      const { page } = await openPage(browser);
      await page.goto(new URL("/", address).href);
      await page.getByText("This server wants a token.").waitFor();
      expect(await barriers(page)).toEqual([]);
      const code = address.hash.slice("#code=".length);
      const redeemed = await fetch(new URL("/session", address), {
        ...{ method: "POST", headers: JSON_TYPE },
        body: JSON.stringify({ code }),
      });
      const { token } = (await redeemed.json()) as { token: string };
      await page.getByLabel("Token").fill(token);
      await page.getByRole("button", { name: "Enter" }).click();
      await page.getByRole("button", { name: "train-7b" }).waitFor();
    },
  );
});
