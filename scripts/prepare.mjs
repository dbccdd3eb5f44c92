// npm runs this after an install in a clone, and before it packs one that it fetched with git.
// Without the bundler (`npm ci --omit=dev`) there is nothing to build with, which is no reason to fail.
import { createRequire } from "node:module";

function canBuild() {
  try {
    return createRequire(import.meta.url).resolve("esbuild") !== "";
  } catch {
    return false;
  }
}

/** Then `prepack` has built just before, and has put the bill of materials beside it. */
const isPacking = ["pack", "publish"].includes(process.env.npm_command ?? "");

if (isPacking) process.exit();
if (canBuild()) await import("./build.mjs");
else process.stdout.write("dist/main.js is not built: that takes the development dependencies (npm ci)\n");
