import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SOURCES = ["src", "scripts", "package.json", "package-lock.json"];
/** Written once a build has succeeded. */
const BUILT = "dist/.built";

const changedMs = (path: string) => statSync(path).mtimeMs;

/** A folder's own time tells of what was removed from it. */
function newestMs(path: string): number {
  if (!statSync(path).isDirectory()) return changedMs(path);
  const inside = readdirSync(path).map((name) => newestMs(join(path, name)));
  return Math.max(changedMs(path), ...inside);
}

/** Tests that spawn the bin run what is shipped: the bundle, built from this checkout as it is now. */
export function setup(): void {
  if (existsSync(BUILT) && changedMs(BUILT) > Math.max(...SOURCES.map(newestMs))) return;
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
  writeFileSync(BUILT, "");
}
