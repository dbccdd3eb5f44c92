// Bundles the bin: start-up reads a few files instead of hundreds.
import { chmod, copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { build } from "esbuild";
import { apart, withoutUnused } from "./bundle-parts.mjs";
import { writeBundled } from "./bundled.mjs";
import { pageHtml } from "./page.mjs";

const { version } = JSON.parse(await readFile("package.json", "utf8"));

const options = {
  bundle: true,
  platform: "node",
  // What V8 has compiled of it can be kept on Node 20 too.
  format: "cjs",
  target: "node20",
  supported: { "dynamic-import": false },
  minify: true,
  sourcemap: "linked",
  legalComments: "none",
  metafile: true,
  define: { VERSION: JSON.stringify(version), "import.meta.dirname": "__dirname" },
  // ws probes for two optional accelerators that we do not ship.
  external: ["bufferutil", "utf-8-validate"],
};

await rm("dist", { recursive: true, force: true });
const built = await Promise.all([
  build({
    ...options,
    entryPoints: ["src/main.ts"],
    outfile: "dist/app.js",
    plugins: [withoutUnused, apart],
  }),
  build({
    ...options,
    entryPoints: ["src/emulator/command.ts"],
    outfile: "dist/emulator.js",
    plugins: [withoutUnused],
  }),
  build({ ...options, entryPoints: ["src/commands/index.ts"], outfile: "dist/commands.js" }),
  build({
    ...options,
    entryPoints: ["src/client/login/wasm-sqlite.ts"],
    outfile: "dist/sqlite.js",
    // By it the package finds its WebAssembly.
    define: { "import.meta.url": "importMetaUrl" },
    banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
  }),
]);
const require = createRequire(import.meta.url);
await copyFile(require.resolve("@sqlite.org/sqlite-wasm/sqlite3.wasm"), "dist/sqlite3.wasm");
writeBundled(
  built.map(({ metafile }) => metafile),
  "dist",
);
await copyFile("scripts/launcher.cjs", "dist/main.js");
await copyFile("scripts/compiled.cjs", "dist/compiled.js");
await writeFile("dist/page.html", await pageHtml());
await writeFile("dist/package.json", '{ "type": "commonjs" }\n');
await chmod("dist/main.js", 0o755);
