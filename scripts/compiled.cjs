"use strict";
// What `module.enableCompileCache` does, also for Node 20, which has none, and for a server that its client kills: Node
// writes it only when a process ends by itself.
const fs = require("node:fs");
const { createRequire } = require("node:module");
const { homedir } = require("node:os");
const path = require("node:path");
const { Script } = require("node:vm");

/** By then the first answers have been given, and with them what they need has been compiled. */
const KEEP_AFTER_MS = 1500;
/** Of what people run in a terminal, which is over sooner and needs other parts. */
const COMMAND = /^[a-z]+$/;
/** Others may write there. */
const OPEN_TO_OTHERS = 0o022;

/** Runs the function in `file` as a module, compiled before if that was kept. `build` is another one for each text of it. */
exports.start = (file, build, keepAfterMs = KEEP_AFTER_MS) => {
  // It is ASCII.
  const source = fs.readFileSync(file, "latin1");
  const isCommand = COMMAND.test(process.argv[2] ?? "");
  const kept = placeFor(isCommand ? `${build}-command` : build);
  const cachedData = kept && read(kept);
  const script = new Script(source, { filename: file, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, path.dirname(file));
  if (kept === undefined || (cachedData && !script.cachedDataRejected)) return;
  const atExit = (code) => {
    if (code === 0 && (isCommand || hasHeard())) keep(script, kept);
  };
  process.once("exit", atExit);
  if (isCommand) return;
  const later = () => {
    process.off("exit", atExit);
    keep(script, kept);
  };
  setTimeout(later, keepAfterMs).unref();
};

/** Else it told its version or what is wrong, and compiled next to nothing. */
function hasHeard() {
  try {
    return process.stdin.bytesRead > 0;
  } catch {
    return false;
  }
}

/** One file for each program, use and Node; undefined where there is no place for it. */
function placeFor(use) {
  if (process.env.NODE_DISABLE_COMPILE_CACHE) return undefined;
  try {
    const caches = process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache");
    return path.join(caches, "apolo-jobs-mcp", `${use}-${process.version}-${process.arch}.v8`);
  } catch {
    return undefined;
  }
}

/** Code is run from it, so only a file that nobody else could have written is read. */
function read(file) {
  let descriptor;
  try {
    descriptor = fs.openSync(file, "r");
    return [fs.fstatSync(descriptor), fs.statSync(path.dirname(file))].every(isOwn)
      ? fs.readFileSync(descriptor)
      : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

function isOwn({ uid, mode }) {
  return process.getuid === undefined || (uid === process.getuid() && (mode & OPEN_TO_OTHERS) === 0);
}

/** Replaces it in one step: another process may be reading. */
function keep(script, file) {
  const half = `${file}.${process.pid}`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(half, script.createCachedData(), { mode: 0o600 });
    fs.renameSync(half, file);
  } catch {
    // No room, or no place at all.
    try {
      fs.rmSync(half, { force: true });
    } catch {}
  }
}
