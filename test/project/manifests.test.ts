import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import manifest from "../../package.json" with { type: "json" };
import {
  installLinks,
  marketplace,
  mcpbManifest,
  mcpJson,
  plugin,
  serverJson,
  start,
} from "../../scripts/manifests.ts";
import { readSettings } from "../../src/settings/index.ts";
import { tools } from "../../src/tools/index.ts";
import { documents } from "../support/documents.ts";

const written = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));

test.each([
  ["server.json", serverJson()],
  [".claude-plugin/plugin.json", plugin()],
  [".claude-plugin/marketplace.json", marketplace()],
  [".mcp.json", mcpJson()],
])("%s says what package.json says", async (path, value) => {
  await expect(written(value)).toMatchFileSnapshot(`../../${path}`);
});

/** What the registry takes, closed. Source: the schema of 2025-12-11, and the registry's own rules for npm. */
const input = z.strictObject({
  name: z.string().min(1),
  description: z.string().optional(),
  isRequired: z.boolean().optional(),
  isSecret: z.boolean().optional(),
  format: z.enum(["string", "number", "boolean", "filepath"]).optional(),
  default: z.string().optional(),
  choices: z.array(z.string()).optional(),
});
const server = z.strictObject({
  $schema: z.literal("https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"),
  name: z
    .string()
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/)
    .min(3)
    .max(200),
  title: z.string().min(1).max(100).optional(),
  description: z.string().min(1).max(100),
  version: z
    .string()
    .max(255)
    .regex(/^\d+\.\d+\.\d+/),
  websiteUrl: z.url().optional(),
  repository: z.strictObject({ url: z.url(), source: z.literal("github") }).optional(),
  packages: z.array(
    z.strictObject({
      registryType: z.literal("npm"),
      identifier: z.string(),
      version: z.string().regex(/^\d+\.\d+\.\d+/),
      runtimeHint: z.string().optional(),
      transport: z.strictObject({ type: z.literal("stdio") }),
      environmentVariables: z.array(input).optional(),
    }),
  ),
});

test("the registry takes server.json, and finds its name in the package", () => {
  const { name, version, packages } = server.parse(read("server.json"));
  expect(name).toBe(manifest.mcpName);
  const { name: identifier } = manifest;
  expect(packages).toMatchObject([{ identifier, version }]);
  expect(manifest.repository.url).toContain(name.replace(/^io\.github\./, "github.com/"));
});

test("the server takes each variable of server.json, with its default", () => {
  const [{ environmentVariables = [] } = {}] = server.parse(read("server.json")).packages;
  for (const { name, choices = [], format, ...rest } of environmentVariables) {
    const sample = { number: "3", boolean: "true", filepath: "/tmp", string: "" }[format ?? "string"];
    for (const text of [...choices, rest.default, sample].filter((value) => value))
      expect(() => readSettings([], { env: { [name]: text }, cwd: "/", home: "/" })).not.toThrow();
  }
});

/** Source: the plugin reference of Claude Code, whose own `claude plugin validate` agrees. */
test("Claude Code finds the plugin, its skill and its server", () => {
  const name = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
  const author = z.strictObject({ name: z.string(), url: z.url() });
  const described = z.strictObject({
    ...{
      name,
      version: z.literal(manifest.version),
      description: z.string(),
      author,
      homepage: z.url(),
      repository: z.url(),
    },
    ...{ license: z.literal(manifest.license), keywords: z.array(z.string()) },
  });
  const offered = z.strictObject({ name, source: z.literal("./"), description: z.string() });
  const market = z.strictObject({
    ...{ name, owner: author, metadata: z.strictObject({ description: z.string() }) },
    plugins: z.array(offered),
  });
  const found = described.parse(read(".claude-plugin/plugin.json"));
  const { plugins } = market.parse(read(".claude-plugin/marketplace.json"));
  expect(plugins.map((each) => each.name)).toEqual([found.name]);
  expect(readFileSync("skills/apolo-jobs/SKILL.md", "utf8")).toMatch(/^---\nname: apolo-jobs\n/);
  expect(read(".mcp.json")).toEqual({ mcpServers: { apolo: start } });
});

test("a desktop host can start the server with the defaults of the bundle's manifest", () => {
  const { server, user_config, version } = mcpbManifest();
  expect(version).toBe(manifest.version);
  const values = Object.fromEntries(
    Object.entries(user_config).map(([key, option]) => [key, String(option.default)]),
  );
  const env = Object.entries(server.mcp_config.env).map(([name, text]) => {
    const key = /^\$\{user_config\.(\w+)\}$/.exec(text)?.[1] ?? "";
    expect(values).toHaveProperty(key);
    return [name, values[key]];
  });
  const { policy } = readSettings([], { env: Object.fromEntries(env), cwd: "/", home: "/" });
  expect(policy).toMatchObject({ mode: "full", ownedOnly: false, maxJobs: 20, maxCreditsPerJob: 100 });
  expect(mcpbManifest().tools.map(({ name }) => name)).toEqual(tools.map(({ name }) => name));
});

/** Every link of the documents that an editor is opened by, as the editor reads it. */
const readers: Record<string, (link: URL) => { name: string; server: unknown }> = {
  "cursor:": fromCursor,
  "cursor.com": fromCursor,
  "vscode:": fromCode,
  "vscode.dev": ({ searchParams }) => fromCode(new URL(searchParams.get("url") ?? "")),
};

function fromCursor({ searchParams, pathname }: URL) {
  expect(pathname).toMatch(/^\/(mcp\/install|install-mcp)$/);
  const config = Buffer.from(searchParams.get("config") ?? "", "base64").toString();
  return { name: searchParams.get("name") ?? "", server: JSON.parse(config) };
}

function fromCode({ pathname, search }: URL) {
  expect(pathname).toBe("mcp/install");
  const { name, type, ...server } = JSON.parse(decodeURIComponent(search.slice(1)));
  expect(type).toBe("stdio");
  return { name, server };
}

test("links in the documents add the server to Cursor and VS Code", () => {
  const text = documents()
    .map((document) => document.text)
    .join("\n");
  const links =
    text.match(/(?:cursor:\/\/|https:\/\/cursor\.com\/|vscode:|https:\/\/vscode\.dev\/)[^\s)`"]+/g) ?? [];
  expect(new Set(links)).toEqual(new Set(Object.values(installLinks())));
  for (const link of links) {
    const url = new URL(link);
    const reader = readers[url.protocol] ?? readers[url.host];
    expect(reader?.(url)).toEqual({ name: "apolo", server: start });
  }
});
