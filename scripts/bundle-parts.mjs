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

/** Has the emulator, which most runs do not need, in a file of its own. */
export const emulatorApart = {
  name: "emulator-apart",
  setup(build) {
    build.onResolve({ filter: /^\.\/emulator\/command\.ts$/ }, () => ({
      path: "./emulator.js",
      external: true,
    }));
  },
};
