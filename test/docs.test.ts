import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { transformSync } from "esbuild";
import { parse as parseToml } from "smol-toml";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse as parseYaml } from "yaml";
import manifest from "../package.json" with { type: "json" };
import { help } from "../src/help.ts";
import { toJsonSchema } from "../src/server/schema.ts";
import { readSettings } from "../src/settings/index.ts";
import { tools } from "../src/tools/index.ts";
import { Bin, initialize, toolCall } from "./support/bin.ts";
import { documents, snippets, starts } from "./support/documents.ts";
import { openMaps } from "./support/schema-problems.ts";

const all = documents();
const readme = readFileSync("README.md", "utf8");

/** What takes a block of each language; those without one are for the eye. */
const READ: Record<string, ((block: string) => unknown) | undefined> = {
  sh: (block) => execFileSync("bash", ["-n"], { input: block }),
  json: JSON.parse,
  toml: parseToml,
  ts: (block) => transformSync(block, { loader: "ts", format: "esm" }),
  yaml: parseYaml,
};

/** Nothing is fetched here: a new one is looked at by whoever adds it. */
const HOSTS = new Set([
  "cursor.com",
  "docs.apolo.us",
  "github.com",
  "semver.org",
  "vscode.dev",
  "www.contributor-covenant.org",
]);

describe.each(all)("$name", ({ name, text }) => {
  test("starts the server with what it takes", () => {
    for (const { args, env } of snippets(text).flatMap(starts))
      readSettings(args, { env, cwd: "/", home: "/" });
  });

  test("names scripts that there are", () => {
    const named = Array.from(text.matchAll(/\bnpm run ([\w:]+)/g), ([, script]) => script);
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(named));
  });

  test("names variables that there are", () => {
    const named = Array.from(text.matchAll(/\bAPOLO_MCP_([A-Z_]*[A-Z])\b/g), ([, variable = ""]) => variable);
    for (const variable of named)
      expect(help()).toContain(`--${variable.toLowerCase().replaceAll("_", "-")} `);
  });

  test("links to files that there are", () => {
    const links = Array.from(text.matchAll(/\]\((?!https?:)([^)#]+)/g), ([, link = ""]) => link);
    for (const link of links) expect(existsSync(join(dirname(name), link)), link).toBe(true);
  });

  test("links to headings that there are", () => {
    for (const { path, heading } of linksOf({ name, text })) {
      if (heading === undefined || !path.endsWith(".md")) continue;
      expect(headings(readFileSync(path, "utf8")), `${path}#${heading}`).toContain(heading);
    }
  });

  test("has blocks that their language reads", () => {
    for (const { language, text: block } of snippets(text)) READ[language]?.(block);
  });

  test("links over https to where it is known to lead", () => {
    const links = Array.from(text.matchAll(/\]\(([a-z]+:[^)]+)\)/g), ([, link = ""]) => new URL(link));
    const unknown = links.filter(({ protocol, host }) => protocol !== "https:" || !HOSTS.has(host));
    expect(unknown.map(String)).toEqual([]);
    const onGithub = links.filter(({ host }) => host === "github.com");
    for (const link of onGithub) expect(String(link)).toContain(new URL(manifest.homepage).pathname);
  });
});

describe("the examples of clients", () => {
  const clients = readFileSync("docs/clients.md", "utf8");
  const rows = clients.split("\n").filter((line) => line.startsWith("|") && line.includes("APOLO_MCP_MODE"));

  test.each(rows.map((row) => [row.split("|")[1]?.trim(), row]))(
    "%s: pass a flag and a variable",
    (_, row) => {
      const [start] = snippets(row).flatMap(starts);
      expect(start).toEqual({ args: ["--emulator"], env: { APOLO_MCP_MODE: "no-destroy" } });
    },
  );

  test("name the tools that cannot be strict", () => {
    const named = /strict: !(\[.*?\])/.exec(clients)?.[1] ?? "";
    const isOpen = ({ input }: (typeof tools)[number]) => openMaps(toJsonSchema(input, "input")).length > 0;
    expect(JSON.parse(named)).toEqual(tools.filter(isOpen).map((tool) => tool.name));
  });

  test("are those of the README", () => {
    const named = readme
      .split("\n")
      .filter((line) => line.startsWith("|") && line.includes("APOLO_MCP_MODE="));
    expect(named).not.toEqual([]);
    expect(rows).toEqual(expect.arrayContaining(named));
  });
});

describe("the README", () => {
  test("is two clicks at most from every other document", () => {
    const reached = (document: { name: string; text: string }) => linksOf(document).map(({ path }) => path);
    const first = reached({ name: "README.md", text: readme });
    const second = all.filter(({ name }) => first.includes(name)).flatMap(reached);
    expect(["README.md", ...first, ...second]).toEqual(expect.arrayContaining(all.map(({ name }) => name)));
  });

  test("explains errors that there are", () => {
    const words = Array.from(
      readme.matchAll(/^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|/gm),
      ([, cell = ""]) => cell,
    );
    const codes = words.flatMap((cell) => cell.replaceAll("`", "").split(", "));
    expect(codes.length).toBeGreaterThan(9);
    const sources = ["src/client/errors.ts", "src/operations/policy-error.ts"].map((path) =>
      readFileSync(path, "utf8"),
    );
    for (const code of codes) expect(sources.join("")).toContain(`"${code}"`);
  });

  test("leads to a first job", () => {
    const folder = mkdtempSync(join(tmpdir(), "readme-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const block = snippets(readme).find(({ language, text }) => language === "sh" && text.includes("export"));
    const program = `${process.execPath} ${resolve("dist/main.js")}`;
    const script = block?.text
      .replaceAll("npx -y apolo-jobs-mcp", program)
      // One that did not start must not be waited for.
      .replace("until [", "until ! kill -0 $! || [");
    const told = execFileSync("bash", ["-ec", `trap 'kill %1' EXIT\n${script}`], { cwd: folder });
    expect(String(told)).toMatch(/^Started: first .*^first \(job-.*: succeeded.*^hello$/ms);
  });

  test("quotes what the server answers", async () => {
    const bin = new Bin(["--emulator", "--scene", "week"]).write(initialize());
    await bin.answer("init");
    const conversation = snippets(readme).find(({ text }) => text.startsWith("> job_"))?.text ?? "";
    const calls = conversation.split(/^> /m).slice(1);
    expect(calls.length).toBeGreaterThan(1);
    for (const [id, call] of calls.entries()) {
      const [, name = "", args = "", quoted = ""] = /^(\w+) (.*)\n([\s\S]*)/.exec(call) ?? [];
      bin.write(toolCall(id, name, JSON.parse(args)));
      const { result } = await bin.answer(id);
      expect(result.content[0].text).toMatch(shortened(quoted));
    }
  });
});

/** The links of a document to files, seen from the root, and to headings in them. */
function linksOf({ name, text }: { name: string; text: string }): { path: string; heading?: string }[] {
  const links = text.matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)/g);
  return Array.from(links, ([, file = "", heading]) => ({
    path: file === "" ? name : join(dirname(name), file),
    ...(heading !== undefined && { heading }),
  }));
}

/** As a page of the repository names them. */
function headings(text: string): string[] {
  const titles = Array.from(text.matchAll(/^#+ (.*)$/gm), ([, title = ""]) => title);
  return titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** An ellipsis stands for anything. */
function shortened(quoted: string): RegExp {
  const text = quoted.replace(/^ {2}/gm, "").trim();
  return new RegExp(
    text
      .split("…")
      .map((part) => part.replace(/[^\w\s]/g, "\\$&"))
      .join("[\\s\\S]*"),
  );
}
