// Bundles the bin: start-up reads a few files instead of hundreds.
import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { build, transform } from "esbuild";
import {
  apart,
  packagesOf,
  packedParser,
  packedSqlite,
  packSqlite,
  withoutJsonSchema,
  withoutSocketServer,
  withoutUnused,
  zodByName,
} from "./bundle-parts.mjs";
import { writeBundled } from "./bundled.mjs";
import { lazily } from "./lazy.mjs";
import { madeSchemas } from "./made-schemas.mjs";
import { pageHtml } from "./page.mjs";

const target = {
  platform: "node",
  // What V8 has compiled of it can be kept on Node 20 too.
  format: "cjs",
  target: "node20",
  supported: { "dynamic-import": false },
  legalComments: "none",
};

/** Tells ES modules what can be imported by name; minified it would be gone. */
const EXPORTED = /^0 && \(module\.exports = \{[^}]*\}\);\n/m;

/** esbuild leaves characters of patterns as they are; one of them, and V8 keeps all of the source in two bytes each. */
function inAscii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** As `compiled.cjs` runs it: a long text is not joined at each start. */
const AS_FUNCTION = {
  banner: "(function (exports, require, module, __filename, __dirname) {",
  footer: "})",
};

/** Writes the program of `entry` to `dist`, minified, with its source map beside it. */
async function bundle(name, entry, { wrap, ...own } = {}) {
  const options = {
    ...target,
    bundle: true,
    write: false,
    entryPoints: entry && [entry],
    outfile: `dist/${name}`,
    // ws probes for two optional accelerators that we do not ship.
    external: ["bufferutil", "utf-8-validate"],
    ...own,
    define: { "import.meta.dirname": "__dirname", ...own.define },
  };
  // Twice: `lazily` reads what is not minified, and the sizes are those of what is.
  const [{ outputFiles }, { metafile }] = await Promise.all([
    build({ ...options, sourcemap: "external" }),
    build({ ...options, minify: true, metafile: true }),
  ]);
  const [map, code] = outputFiles;
  const inline = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map.contents).toString("base64")}`;
  const minified = await transform(`${inAscii(lazily(code.text))}${inline}`, {
    ...target,
    minify: true,
    treeShaking: true,
    sourcemap: "external",
    sourcefile: name,
    ...wrap,
  });
  const exported = EXPORTED.exec(code.text)?.[0] ?? "";
  await writeFile(`dist/${name}`, `${minified.code}${exported}//# sourceMappingURL=${name}.map\n`);
  await writeFile(`dist/${name}.map`, minified.map);
  return { metafile, id: createHash("sha256").update(minified.code).digest("hex").slice(0, 16) };
}

/** Of the program and the library. */
const shared = [apart, withoutUnused, withoutSocketServer, packedParser, zodByName];

await rm("dist", { recursive: true, force: true });
await mkdir("dist");
const built = await Promise.all([
  bundle("app.js", "src/main.ts", { plugins: [madeSchemas, ...shared], wrap: AS_FUNCTION }),
  ...["http.js", "observers.js", "patterns.js", "pictures.js"].map((name) =>
    bundle(name, undefined, { stdin: packagesOf(`./${name}`), plugins: [withoutUnused] }),
  ),
  bundle("client.js", "src/library/client.ts", { plugins: [withoutJsonSchema, ...shared] }),
  bundle("emulator.js", "src/emulator/command.ts", {
    plugins: [withoutJsonSchema, withoutUnused, zodByName],
  }),
  // What jsonc-parser has for `require` cannot be bundled.
  bundle("commands.js", "src/commands/index.ts", { mainFields: ["module", "main"] }),
  bundle("sqlite.js", "src/client/login/wasm-sqlite.ts", {
    plugins: [packedSqlite],
    // By it the package finds its WebAssembly.
    define: { "import.meta.url": "importMetaUrl" },
    banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
  }),
]);
writeBundled(
  built.map(({ metafile }) => metafile),
  "dist",
);
await packSqlite("dist");
const launcher = await readFile("scripts/launcher.cjs", "utf8");
await writeFile("dist/main.js", launcher.replace("BUILD", built[0].id));
await copyFile("scripts/compiled.cjs", "dist/compiled.js");
await writeFile("dist/page.html", await pageHtml());
await writeFile("dist/package.json", '{ "type": "commonjs" }\n');
await chmod("dist/main.js", 0o755);
