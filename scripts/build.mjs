// Bundles the bin into one file: start-up reads one file instead of hundreds.
import { chmod, readFile, rm } from "node:fs/promises";
import { build } from "esbuild";

const { version } = JSON.parse(await readFile("package.json", "utf8"));

await rm("dist", { recursive: true, force: true });
await build({
  entryPoints: ["src/main.ts"],
  outfile: "dist/main.js",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  minifySyntax: true,
  legalComments: "linked",
  define: { VERSION: JSON.stringify(version) },
  // ws probes for two optional accelerators that we do not ship.
  external: ["bufferutil", "utf-8-validate"],
  banner: {
    js: '#!/usr/bin/env node\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
  },
});
await chmod("dist/main.js", 0o755);
