// What goes into which file of the bundle, and what into none.

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

/** Leaves out parts of packages that no run comes to, though their entry points load them. */
export const withoutUnused = {
  name: "without-unused",
  setup(build) {
    const inPackage = { resolveDir: process.cwd() };
    build.onResolve({ filter: /^undici$/ }, () => ({ path: "undici", namespace: "parts" }));
    build.onResolve({ filter: /^@modelcontextprotocol\/server\/_shims$/ }, () => ({
      path: "shims",
      namespace: "parts",
    }));
    build.onLoad({ filter: /^undici$/, namespace: "parts" }, () => ({ contents: UNDICI, ...inPackage }));
    build.onLoad({ filter: /^shims$/, namespace: "parts" }, () => ({ contents: SHIMS, ...inPackage }));
    build.onLoad({ filter: LOCALES }, () => ({ contents: 'export { default as en } from "./en.js";' }));
  },
};

/** What most runs do not need, and the file that it has of its own. */
const APART = {
  "./emulator/command.ts": "./emulator.js",
  "./wasm-sqlite.ts": "./sqlite.js",
  "./commands/index.ts": "./commands.js",
};

/** Loads from files of their own, once it is needed, what most runs do not need. */
export const apart = {
  name: "apart",
  setup(build) {
    build.onResolve({ filter: /^\.\// }, ({ path, kind }) =>
      kind === "dynamic-import" && path in APART ? { path: APART[path], external: true } : undefined,
    );
  },
};
