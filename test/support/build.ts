import { execFileSync } from "node:child_process";

/** Tests that spawn the bin run what is shipped: the bundle, built from this checkout. */
export function setup(): void {
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
}
