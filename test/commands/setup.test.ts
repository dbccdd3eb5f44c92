import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runSetup } from "../../src/commands/index.ts";
import { CLIENTS, type Client } from "../../src/commands/setup/clients.ts";
import { edited, entryIn } from "../../src/commands/setup/edit.ts";
import { launchOf } from "../../src/commands/setup/launch.ts";
import { read } from "../settings/read.ts";
import { command } from "../support/command.ts";

const clients: [string, Client][] = Object.entries(CLIENTS);
const place = { format: "json", servers: "mcpServers", name: "apolo" } as const;
const entry = { command: "node", args: ["/main.js"] };

describe("the file of a client", () => {
  test.for([
    [
      "linux",
      "/home/a",
      { XDG_CONFIG_HOME: "/x" },
      "/x/Claude/claude_desktop_config.json",
      "/x/zed/settings.json",
    ],
    [
      "darwin",
      "/Users/a",
      {},
      "/Users/a/Library/Application Support/Claude/claude_desktop_config.json",
      "/Users/a/.config/zed/settings.json",
    ],
    [
      "win32",
      "C:\\Users\\a",
      { APPDATA: "C:\\R" },
      "C:\\R\\Claude\\claude_desktop_config.json",
      "C:\\R\\Zed\\settings.json",
    ],
  ] as const)("is where %s has it", ([platform, home, env, desktop, zed]) => {
    const machine = { platform, home, env };
    expect(CLIENTS["claude-desktop"].file(machine)).toBe(desktop);
    expect(CLIENTS.zed.file(machine)).toBe(zed);
    for (const [, client] of clients)
      expect(client.file(machine)).not.toMatch(platform === "win32" ? /\// : /\\/);
  });
});

describe("an entry in a file", () => {
  test.for([
    [
      "json",
      "mcpServers",
      '{\r\n\t// mine\r\n\t"a": [1, 2,],\r\n\t"mcpServers": {"x": {"command": "y"}, /* z */}\r\n}',
      "// mine",
    ],
    [
      "toml",
      "mcp_servers",
      '# mine\nmodel = "o"\n\n[mcp_servers.x]\ncommand = "y" # z\n\n[other]\nk = 1\n',
      "# mine",
    ],
    ["yaml", "extensions", "# mine\nGOOSE: a\nextensions:\n  x: # z\n    cmd: y\nother: 1\n", "# mine"],
  ] as const)("of %s comes and goes with all else as it was", ([format, servers, before, comment]) => {
    const here = { format, servers, name: "apolo" };
    const after = edited(before, here, entry);
    expect(entryIn(after, here)).toEqual(entry);
    expect(entryIn(after, { ...here, name: "x" })).toBeDefined();
    expect(after).toContain(comment);
    expect(after).toMatch(/[#*] z/);
    expect(edited(after, here, entry)).toBe(after);
    const without = edited(after, here, undefined);
    expect(entryIn(without, here)).toBeUndefined();
    expect(without).toContain(comment);
  });

  test("of TOML is replaced with what stands below it, line by line", () => {
    const here = { format: "toml", servers: "mcp_servers", name: "apolo" } as const;
    const top = '# mine\r\nmodel = "o" # the best\r\n\r\n# of jobs\r\n';
    const ours = '[mcp_servers.apolo]\r\ncommand = "old"\r\n\r\n[mcp_servers."apolo".env]\r\nA = "1"\r\n';
    const end = '\r\n# other\r\n\r\n[mcp_servers.apolo2]\r\ncommand = "y"\r\n# end';
    const after = edited(`${top}${ours}${end}`, here, { ...entry, env: { B: "2" } });
    expect(after.startsWith(top) && after.endsWith(end)).toBe(true);
    expect(after).not.toMatch(/(?<!\r)\n/);
    expect(entryIn(after, here)).toEqual({ ...entry, env: { A: "1", B: "2" } });
    expect(edited(after, here, undefined)).toBe(`${top}${end}`);
  });

  test.for([
    '[mcp_servers]\napolo = { command = "old" }\n',
    'mcp_servers.apolo.command = "old"\n',
    'mcp_servers = { apolo = { command = "old" } }\n',
  ])("of TOML is left where it has no table of its own: %j", (before) => {
    const here = { format: "toml", servers: "mcp_servers", name: "apolo" } as const;
    for (const change of [entry, undefined])
      expect(() => edited(before, here, change)).toThrow("cannot be changed without changing something else");
  });

  test.for([
    ["toml", "mcp_servers", ""],
    ["toml", "mcp_servers", 'model = "o"\n'],
    ["yaml", "extensions", "a: 1\nextensions:\n"],
    ["yaml", "extensions", "extensions: {}\n"],
    ["json", "mcpServers", ""],
    ["json", "mcpServers", '{"a": 1}\n'],
  ] as const)("of %s is the first one under %s in %j", ([format, servers, before]) => {
    const here = { format, servers, name: "apolo" };
    const after = edited(before, here, entry);
    expect(entryIn(after, here)).toEqual(entry);
    expect(entryIn(edited(after, here, undefined), here)).toBeUndefined();
  });

  test("keeps what else it says, and the mark at the beginning", () => {
    const before = `\ufeff{"mcpServers":{"apolo":{"command":"old","disabled":true,"env":{"A":"1"}}}}`;
    const after = edited(before, place, { ...entry, env: { B: "2" } });
    expect(after.startsWith("\ufeff")).toBe(true);
    expect(entryIn(after, place)).toEqual({ ...entry, disabled: true, env: { A: "1", B: "2" } });
  });

  test.for(['{"a": }', "[]", '{"mcpServers": []}'])("is not put into %s", (before) => {
    expect(() => edited(before, place, entry)).toThrow(/it is no JSON: .* in line 1|no object|no group/);
  });
});

/** A home with Cursor in it, whose file holds a server with a secret. */
function atHome() {
  const home = mkdtempSync(join(tmpdir(), "setup-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  mkdirSync(join(home, ".cursor"));
  const file = join(home, ".cursor/mcp.json");
  const before =
    '{\n  "mcpServers": {\n    "gh": { "env": { "GH_TOKEN": "ghp_0123456789abcdefghijABCDEFGHIJ012345" } }\n  }\n}\n';
  writeFileSync(file, before);
  const run = async (
    args: string[],
    { typed, env = {} }: { typed?: string; env?: Record<string, string> } = {},
  ) => {
    let printed = "";
    const output = { write: (text: string) => (printed += text) };
    const ask = typed === undefined ? undefined : () => Promise.resolve(typed);
    const terminal = { out: output, err: output, input: () => Promise.resolve(""), ask };
    const machine = { platform: "linux", home, env } as const;
    const code = await runSetup(read(["setup", ...args]), {
      machine,
      terminal,
      node: "/node",
      program: "/main.js",
    });
    return { code, printed };
  };
  return { file, before, run, files: () => readdirSync(join(home, ".cursor")) };
}

describe("apolo-jobs-mcp setup", () => {
  test("shows the change, asks, keeps a copy, and takes it back again", async () => {
    const { file, before, run, files } = atHome();
    const { code, printed } = await run(["--mode", "read-only", "--files", "out"], { typed: "y" });
    expect(code).toBe(0);
    expect(printed).toMatch(/\+ +"apolo": \{.*Cursor: done; what was there is in .*before-apolo/s);
    expect(printed).not.toContain("ghp_0123");
    expect(JSON.parse(readFileSync(file, "utf8")).mcpServers.apolo).toEqual({
      ...{ command: "/node", args: ["/main.js", "--mode", "read-only", "--files", "/work/out"] },
    });
    expect(files()).toHaveLength(2);
    expect(await run(["--remove", "--yes"])).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(before));
  });

  test.for([{ typed: "n" }, {}])("writes nothing without a yes: %j", async (how) => {
    const { file, before, run, files } = atHome();
    expect(await run(["cursor"], how)).toMatchObject({ code: 1 });
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(files()).toEqual(["mcp.json"]);
  });

  test("writes no token without being told", async () => {
    const { file, run } = atHome();
    const env = { APOLO_URL: "https://api.test", APOLO_TOKEN: "hidden-word" };
    const { printed } = await run(["cursor", "--yes"], { env });
    expect(printed).toContain("APOLO_TOKEN is not written");
    expect(readFileSync(file, "utf8")).not.toContain("hidden-word");
    await run(["cursor", "--yes", "--with-token"], { env });
    expect(JSON.parse(readFileSync(file, "utf8")).mcpServers.apolo.env).toEqual(env);
  });

  test("prints what each client needs, and refuses one that it does not know", async () => {
    const { run, files } = atHome();
    const { printed } = await run(["--print"]);
    for (const [, { title }] of clients) expect(printed).toContain(`# ${title}: `);
    expect(await run(["emacs"])).toMatchObject({ code: 2, printed: expect.stringContaining("claude-code") });
    expect((await run(["claude"])).printed).toContain("Did you mean claude-code or claude-desktop?");
    expect(files()).toEqual(["mcp.json"]);
  });
});

test("the built program writes each kind of file", async () => {
  const home = mkdtempSync(join(tmpdir(), "setup-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const args = ["setup", "cursor", "codex", "goose", "--yes", "--emulator"];
  const { code, stdout, stderr } = await command(args, { env: { HOME: home, PATH: "" } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/Cursor: done.*Codex: done.*Goose: done.*Restart a client that is open/s);
});

test.for([
  ["linux", "npx", ["-y", "apolo-jobs-mcp"]],
  ["win32", "cmd", ["/c", "npx", "-y", "apolo-jobs-mcp"]],
] as const)("what npx runs is started by its name: %s", ([platform, command, args]) => {
  const program = "/home/a/.npm/_npx/1/node_modules/apolo-jobs-mcp/dist/main.js";
  const started = { node: "/node", program, flags: [], withToken: false };
  expect(launchOf(started, { platform, home: "/", env: {} })).toEqual({ command, args, env: {} });
});
