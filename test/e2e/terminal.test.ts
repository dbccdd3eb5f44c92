import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe, expect, onTestFinished, test, vi } from "vitest";

const hasTerminals =
  spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") === true;

/** The bin as a person types it. */
function typed(...args: string[]) {
  // `exec`: a shell that stays would get Ctrl-C too, and dash then gives its own exit code.
  const command = ["exec", process.execPath, "dist/main.js", ...args].join(" ");
  const child = spawn("script", ["-qefc", command, "/dev/null"], { stdio: "pipe" });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const exited = once(child, "exit").then(([code]) => code);
  let screen = "";
  child.stdout.on("data", (chunk) => {
    screen += String(chunk);
  });
  return {
    exited,
    type: (keys: string) => child.stdin.write(keys),
    shows: (text: RegExp) =>
      vi.waitFor(() => expect(screen).toMatch(text), { timeout: 30_000, interval: 10 }),
    screen: () => screen,
  };
}

describe.skipIf(!hasTerminals)("a person who starts the server (needs util-linux's script)", () => {
  test.for([
    ["Ctrl-D", "\x04"],
    ["Ctrl-C", "\x03"],
  ] as const)("is told what it waits for, how to try and how to end it: %s does", async ([name, key]) => {
    const terminal = typed("--emulator", "--scene", "stuck");
    await terminal.shows(/MCP server: it waits here for a client/);
    await terminal.shows(
      /connect a client +node \S+\/dist\/main\.js setup --emulator --scene stuck\r\n.*main\.js demo/,
    );
    await terminal.shows(new RegExp(`end it .*${name}`));
    terminal.type(key);
    expect(await terminal.exited).toBe(0);
  });

  test("who serves over HTTP is told where, and how to connect", async () => {
    const terminal = typed("--http", "--emulator", "--port", "0");
    await terminal.shows(/serves MCP at (http:\S+)\r\n.*claude mcp add --transport http apolo \1\r\n/);
    terminal.type("\x03");
    expect(await terminal.exited).toBe(0);
  });

  test("hears once that words are no JSON, and each time on stdout", async () => {
    const terminal = typed();
    await terminal.shows(/end it/);
    terminal.type("hello \x1b[31m\nagain\n");
    await terminal.shows(/"code":-32700.*"code":-32700/s);
    terminal.type("\x04");
    expect(await terminal.exited).toBe(0);
    expect(terminal.screen().match(/warning could not understand.*not JSON: .*hello/g)).toHaveLength(1);
    expect(terminal.screen()).not.toContain("\x1b[31m");
  });
});
