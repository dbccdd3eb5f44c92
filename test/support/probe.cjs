"use strict";
// Preloaded into a server with --expose-gc: by SIGUSR2 it writes what the process holds to PROBE_FILE.
const { createHook } = require("node:async_hooks");
const { renameSync, writeFileSync } = require("node:fs");

/** Everything else is memory alone, which is looked at as such. */
const HELD = /^(Timeout|Immediate|TCP.*WRAP|PIPE.*WRAP|TLSWRAP|PROCESSWRAP|FSEVENTWRAP|WORKER|.*REQ.*)$/;
const { PROBE_FILE } = process.env;
delete process.env.PROBE_FILE;
const types = new Map();

createHook({
  init(id, type) {
    if (HELD.test(type)) types.set(id, type);
  },
  destroy(id) {
    types.delete(id);
  },
}).enable();

process.on("SIGUSR2", () => {
  globalThis.gc();
  // What was collected is told to the hook in a later turn.
  setImmediate(() => setImmediate(write));
});

function write() {
  globalThis.gc();
  const held = {};
  for (const type of types.values()) held[type] = (held[type] ?? 0) + 1;
  const { heapUsed, external } = process.memoryUsage();
  writeFileSync(`${PROBE_FILE}.new`, JSON.stringify({ held, heapBytes: heapUsed + external }));
  renameSync(`${PROBE_FILE}.new`, PROBE_FILE);
}
