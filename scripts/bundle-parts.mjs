// What goes into which file of the bundle, and what into none.

import { readdirSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, brotliCompressSync, constants } from "node:zlib";
import { schemasOnDemand } from "./schemas-on-demand.mjs";

const LOCALES = /zod[\\/]v4[\\/]locales[\\/]index\.[cm]?js$/;

// Its entry point brings `fetch`, mocks, caches and interceptors, and makes Node compile its own copy.
const UNDICI = `
const Dispatcher = require("undici/lib/dispatcher/dispatcher.js");
Object.assign(Dispatcher.prototype, { request: require("undici/lib/api/api-request.js") });
module.exports = {
  Agent: require("undici/lib/dispatcher/agent.js"),
  ProxyAgent: require("undici/lib/dispatcher/proxy-agent.js"),
};`;

// A JSON Schema validator, only for answers to questions with fields: ours have none.
const SHIMS = `
export { default as process } from "node:process";
export class DefaultJsonSchemaValidator {
  getValidator() {
    throw new Error("no JSON Schema validator is in the bundle");
  }
}`;

// Only limits in memory: its entry point brings those of a dozen databases.
const RATE_LIMITER = `
module.exports = {
  RateLimiterMemory: require("rate-limiter-flexible/lib/RateLimiterMemory.js"),
  RateLimiterRes: require("rate-limiter-flexible/lib/RateLimiterRes.js"),
};`;

// Metrics are counters, gauges and histograms of one process: its entry point brings summaries, clusters and pushing.
const PROM_CLIENT = `
module.exports = {
  Counter: require("prom-client/lib/counter.js"),
  Gauge: require("prom-client/lib/gauge.js"),
  Histogram: require("prom-client/lib/histogram.js"),
  Registry: require("prom-client/lib/registry.js"),
  collectDefaultMetrics: require("prom-client/lib/defaultMetrics.js"),
};`;

// HTTP/2 and the bodies of `fetch`, which undici asks for only when it is told to.
const UNDICI_UNUSED = /undici[\\/]lib[\\/](dispatcher[\\/]client-h2|web[\\/].*)\.js$/;

// Its parser is there twice. Not every processor has what this one needs; without it undici takes the other.
const UNDICI_SIMD = /undici[\\/]lib[\\/]llhttp[\\/]llhttp_simd-wasm\.js$/;

// Tables of all methods and statuses, of which its client takes two.
const UNDICI_TABLES = /undici[\\/]lib[\\/]llhttp[\\/]constants\.js$/;

const UNDICI_PARSER = /undici[\\/]lib[\\/]llhttp[\\/]llhttp-wasm\.js$/;

// It registers validators of all its types, one by one at the start: of these names we want some, each when it is used.
const SDK_TYPES = /@modelcontextprotocol[\\/]server[\\/]dist[\\/]src-.*\.mjs$/;
const REGISTERED = /^for \(const key of SPEC.*\n^for \(.*$/m;
const USED_TYPES = /specTypeSchemas\.(\w+)|"(\w+Request)"/g;

// Its convenience class, to which it only compares ours.
const SDK_SERVERS = /@modelcontextprotocol[\\/]server[\\/]dist[\\/]mcp-.*\.mjs$/;
const CONVENIENCE = /^var McpServer = class \{.*?^\};$/ms;

/** Leaves out parts of packages that no run comes to, though their entry points load them. */
export const withoutUnused = {
  name: "without-unused",
  setup(build) {
    const parts = {
      undici: UNDICI,
      "rate-limiter-flexible": RATE_LIMITER,
      "prom-client": PROM_CLIENT,
      // Notes of https-proxy-agent for its own developers.
      debug: "module.exports = () => () => undefined;",
      "fast-png": 'export { encode } from "./node_modules/fast-png/lib/index.js";',
      // The other one loads worker threads at once.
      fflate: 'export * from "fflate/browser";',
      "@modelcontextprotocol/server/_shims": SHIMS,
    };
    for (const [name, contents] of Object.entries(parts)) {
      const filter = new RegExp(`^${name}$`);
      build.onResolve({ filter }, () => ({ path: name, namespace: "parts" }));
      build.onLoad({ filter, namespace: "parts" }, () => ({ contents, resolveDir: process.cwd() }));
    }
    build.onLoad({ filter: /[\\/]package\.json$/ }, async ({ path }) => {
      const { name, version } = JSON.parse(await readFile(path, "utf8"));
      return { contents: JSON.stringify({ name, version }), loader: "json" };
    });
    build.onLoad({ filter: UNDICI_UNUSED }, () => ({ contents: "" }));
    build.onLoad({ filter: UNDICI_SIMD }, () => ({ contents: 'module.exports = "";' }));
    build.onLoad({ filter: UNDICI_TABLES }, ({ path }) => {
      const { ERROR, TYPE } = createRequire(import.meta.url)(path);
      return { contents: `module.exports = ${JSON.stringify({ ERROR, TYPE })};` };
    });
    build.onLoad({ filter: LOCALES }, () => ({ contents: 'export { default as en } from "./en.js";' }));
    build.onLoad({ filter: SDK_TYPES }, async ({ path }) => ({
      contents: schemasOnDemand(replaced(await readFile(path, "utf8"), REGISTERED, usedTypes())),
    }));
    build.onLoad({ filter: SDK_SERVERS }, async ({ path }) => ({
      contents: replaced(await readFile(path, "utf8"), CONVENIENCE, "var McpServer = class {};"),
    }));
    // Only what is wrapped as CommonJS can wait until it is wanted.
    build.onResolve({ filter: /^@hono\/node-server$/ }, ({ path, kind, resolveDir }) =>
      kind === "import-statement" ? build.resolve(path, { kind: "require-call", resolveDir }) : undefined,
    );
  },
};

/** Those that we name, wherever the SDK is known. */
function usedTypes() {
  const files = ["src/server", "src/transports"].flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((file) => join(folder, file)),
  );
  const texts = files.filter((file) => file.endsWith(".ts")).map((file) => readFileSync(file, "utf8"));
  const ours = texts.filter((text) => text.includes("specTypeSchemas")).join("");
  const names = new Set([...ours.matchAll(USED_TYPES)].map(([, property, name]) => property ?? name));
  const getters = [...names].map((name) => `${name}: { get: () => ${name}Schema }`);
  return `Object.defineProperties(_specTypeSchemas, { ${getters.join(", ")} });`;
}

function replaced(text, part, other) {
  const without = text.replace(part, other);
  if (without === text) throw new Error(`not in the package any more: ${part}`);
  return without;
}

/** Of ws what a client needs: its entry point brings a server. */
export const withoutSocketServer = {
  name: "without-socket-server",
  setup(build) {
    build.onLoad({ filter: /[\\/]ws[\\/]wrapper\.mjs$/ }, () => ({
      contents: 'export { default } from "./lib/websocket.js";',
    }));
  },
};

const JSON_SCHEMA = /zod[\\/]v4[\\/]core[\\/](json-schema-processors|to-json-schema)\.js$/;
const EXPORTED_NAMES = /^export (?:const|function) (\w+)/gm;

/** Every schema of zod brings what writes JSON Schema of it: only the program does. */
export const withoutJsonSchema = {
  name: "without-json-schema",
  setup(build) {
    build.onLoad({ filter: JSON_SCHEMA }, async ({ path }) => {
      const names = [...(await readFile(path, "utf8")).matchAll(EXPORTED_NAMES)].map(([, name]) => name);
      return { contents: names.map((name) => `export const ${name} = () => undefined;`).join("\n") };
    });
  },
};

/** What most runs do not need, and the file that it has of its own. */
const APART = {
  "./emulator/command.ts": "./emulator.js",
  "./wasm-sqlite.ts": "./sqlite.js",
  "./commands/index.ts": "./commands.js",
};

/** Packages that most runs do not need, and the file that they are in. */
const PACKAGES_APART = {
  "@hono/node-server": "./http.js",
  "lru-cache": "./http.js",
  "rate-limiter-flexible": "./http.js",
  "prom-client": "./observers.js",
  "@opentelemetry/api": "./observers.js",
  "fast-png": "./pictures.js",
  re2js: "./patterns.js",
};

/** The source of a file of packages. */
export function packagesOf(file) {
  const names = Object.keys(PACKAGES_APART).filter((name) => PACKAGES_APART[name] === file);
  const contents = names.map((name) => `export * from "${name}";`).join("\n");
  return { contents, resolveDir: process.cwd() };
}

/** Loads from files of their own, once it is needed, what most runs do not need. */
export const apart = {
  name: "apart",
  setup(build) {
    build.onResolve({ filter: /^\.\// }, ({ path, kind }) =>
      kind === "dynamic-import" && path in APART ? { path: APART[path], external: true } : undefined,
    );
    build.onResolve({ filter: /^[^.]/ }, ({ path }) =>
      path in PACKAGES_APART ? { path: PACKAGES_APART[path], external: true } : undefined,
    );
  },
};

/** Packs the parser of HTTP tighter: the first request takes a millisecond more, a start none. */
export const packedParser = {
  name: "packed-parser",
  setup(build) {
    build.onLoad({ filter: UNDICI_PARSER }, ({ path }) => {
      const packed = brotliCompressSync(createRequire(import.meta.url)(path)).toString("base64");
      const contents = `module.exports = require("node:zlib").brotliDecompressSync(Buffer.from("${packed}", "base64"));`;
      return { contents };
    });
  },
};

const SQLITE = "@sqlite.org/sqlite-wasm";
const SQLITE_PACKED = "sqlite3.wasm.br";

const UNPACKED = `
import init from "${SQLITE}/node";
import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
export default () => init({ wasmBinary: brotliDecompressSync(readFileSync(\`\${__dirname}/${SQLITE_PACKED}\`)) });`;

/** Unpacks SQLite's WebAssembly when it is wanted: that takes milliseconds, and saves half a megabyte of the package. */
export const packedSqlite = {
  name: "packed-sqlite",
  setup(build) {
    const { resolve } = createRequire(import.meta.url);
    const filter = new RegExp(`^${SQLITE}$`);
    build.onResolve({ filter }, ({ path }) => ({ path, namespace: "parts" }));
    build.onLoad({ filter, namespace: "parts" }, () => ({ contents: UNPACKED, resolveDir: process.cwd() }));
    build.onResolve({ filter: new RegExp(`^${SQLITE}/node$`) }, () => ({ path: resolve(SQLITE) }));
  },
};

/** Writes it beside the bundle. */
export async function packSqlite(folder) {
  const wasm = await readFile(createRequire(import.meta.url).resolve(`${SQLITE}/sqlite3.wasm`));
  // The best quality takes seconds, for 8 % less.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  await writeFile(join(folder, SQLITE_PACKED), await promisify(brotliCompress)(wasm, { params }));
}

/** `z` as one object would bring all of zod; as a namespace it brings what is named. */
export const zodByName = {
  name: "zod-by-name",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace('import { z } from "zod"', 'import * as z from "zod"'),
      loader: "ts",
    }));
  },
};
