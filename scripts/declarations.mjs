// The types of the library, each entry in one file that needs no other package's types.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";

const ENTRIES = ["client", "emulator"];
const FOREIGN = /^(?:import|export) .* from "(?!node:).*$/m;

/** Joins what TypeScript declares for an entry and all that it leads to. */
async function joined(input) {
  const bundle = await rolldown({
    input,
    external: /^[^./]/,
    plugins: dts({ dtsInput: true, tsconfig: false }),
  });
  const { output } = await bundle.generate({ format: "es" });
  await bundle.close();
  const [{ code }] = output;
  const foreign = FOREIGN.exec(code)?.[0];
  if (foreign !== undefined) throw new Error(`the types of ${input} need another package: ${foreign}`);
  // Where a part begins is nothing to whoever reads it.
  return code.replace(/^\/\/#(end)?region.*\n/gm, "");
}

const folder = mkdtempSync(join(tmpdir(), "declarations-"));
try {
  const tsc = join(createRequire(import.meta.url).resolve("typescript/package.json"), "../bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", "src/library", "--outDir", folder], { stdio: "inherit" });
  for (const name of ENTRIES)
    await writeFile(`dist/${name}.d.ts`, await joined(join(folder, `library/${name}.d.ts`)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
