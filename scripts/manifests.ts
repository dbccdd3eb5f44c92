// What registries, hosts and editors want to know of the package, made from package.json, the settings and the tools.
import manifest from "../package.json" with { type: "json" };
import { MODES, SETTING_GROUPS } from "../src/settings/described.ts";
import { tools } from "../src/tools/index.ts";

const { name, mcpName, version, description, license, keywords, homepage, bugs } = manifest;
const TITLE = "Apolo jobs";
const REPOSITORY = manifest.repository.url.replace(/^git\+|\.git$/g, "");
const AUTHOR = { name, url: REPOSITORY };
/** Under which name a host shows the server. */
const SERVER = "apolo";
const URL_IS =
  "API of the platform, e.g. https://api.apolo.us/api/v1; left out, the login of `apolo login` is used";
const TOKEN_IS = "Token of the platform, together with APOLO_URL";

/** For the official registry, whose publisher takes it from the root of the repository. */
export function serverJson() {
  return {
    $schema: "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
    name: mcpName,
    title: TITLE,
    description,
    version,
    websiteUrl: homepage,
    repository: { url: REPOSITORY, source: "github" },
    packages: [
      {
        registryType: "npm",
        identifier: name,
        version,
        runtimeHint: "npx",
        transport: { type: "stdio" },
        environmentVariables: [
          { name: "APOLO_URL", description: URL_IS },
          { name: "APOLO_TOKEN", description: TOKEN_IS, isSecret: true },
          variable("mode", { choices: [...MODES] }),
          variable("max-credits-per-job", { format: "number" }),
          variable("max-credits-per-hour", { format: "number" }),
          variable("max-jobs", { format: "number" }),
          variable("owned-only", { format: "boolean" }),
          variable("files", { format: "filepath" }),
        ],
      },
    ],
  };
}

function variable(setting: string, more: { format?: string; choices?: string[] }) {
  const { meaning, preset } = described(setting);
  return {
    name: variableName(setting),
    description: more.choices ? "What the server may do on the platform" : sentence(meaning),
    ...(preset !== undefined && { default: preset }),
    ...more,
  };
}

function described(setting: string) {
  const found = SETTING_GROUPS.flatMap(({ settings }) => settings).find((each) => each.name === setting);
  if (found === undefined) throw new Error(`there is no setting ${setting}`);
  return found;
}

function variableName(setting: string): string {
  return `APOLO_MCP_${setting.toUpperCase().replaceAll("-", "_")}`;
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The plugin of Claude Code: this repository, with its skill. */
export function plugin() {
  return {
    name,
    version,
    description,
    author: AUTHOR,
    homepage,
    repository: REPOSITORY,
    license,
    keywords,
  };
}

/** The marketplace that offers the plugin. */
export function marketplace() {
  return {
    name,
    owner: AUTHOR,
    metadata: { description },
    plugins: [{ name, source: "./", description }],
  };
}

/** How a host starts the published package. */
export const start = { command: "npx", args: ["-y", name] };

/** The servers of the plugin. */
export function mcpJson() {
  return { mcpServers: { [SERVER]: start } };
}

/** Links by which an editor adds the server, and the pages of its vendor that lead there from a page of the web. */
export function installLinks() {
  const query = `name=${SERVER}&config=${encodeURIComponent(Buffer.from(JSON.stringify(start)).toString("base64"))}`;
  const vscode = `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: SERVER, type: "stdio", ...start }))}`;
  return {
    cursor: `cursor://anysphere.cursor-deeplink/mcp/install?${query}`,
    cursorPage: `https://cursor.com/install-mcp?${query}`,
    vscode,
    vscodePage: `https://vscode.dev/redirect?url=${encodeURIComponent(vscode)}`,
  };
}

/** What a desktop host asks its user for. An empty variable ends a start of ours, so each has a default that means something. */
const USER_CONFIG = {
  url: { type: "string", title: "Address", description: URL_IS, default: "" },
  token: { type: "string", title: "Token", description: TOKEN_IS, default: "", sensitive: true },
  mode: option("mode", { type: "string", title: "What it may do", default: "full" }),
  max_jobs: option("max-jobs", { type: "number", title: "Most active jobs", default: 20, min: 0 }),
  max_credits_per_job: option("max-credits-per-job", {
    ...{ type: "number", title: "Most credits of a job", default: 100, min: 0 },
  }),
  owned_only: option("owned-only", { type: "boolean", title: "Only its own jobs", default: false }),
};

function option<Asked extends object>(setting: string, asked: Asked) {
  return { description: sentence(described(setting).meaning), ...asked };
}

/** Of the bundle for desktop hosts. */
export function mcpbManifest() {
  return {
    manifest_version: "0.3",
    name,
    display_name: TITLE,
    version,
    description,
    author: AUTHOR,
    repository: { type: "git", url: REPOSITORY },
    homepage,
    documentation: `${REPOSITORY}/blob/main/docs/clients.md`,
    support: bugs,
    license,
    keywords,
    server: {
      type: "node",
      entry_point: "dist/main.js",
      mcp_config: {
        command: "node",
        args: [`\${__dirname}/dist/main.js`],
        env: {
          APOLO_URL: userConfig("url"),
          APOLO_TOKEN: userConfig("token"),
          [variableName("mode")]: userConfig("mode"),
          [variableName("max-jobs")]: userConfig("max_jobs"),
          [variableName("max-credits-per-job")]: userConfig("max_credits_per_job"),
          [variableName("owned-only")]: userConfig("owned_only"),
        },
      },
    },
    tools: tools.map(({ name, description }) => ({ name, description })),
    prompts_generated: true,
    compatibility: {
      platforms: ["darwin", "linux", "win32"],
      runtimes: { node: manifest.engines.node },
    },
    user_config: USER_CONFIG,
  };
}

function userConfig(key: string): string {
  return `\${user_config.${key}}`;
}
