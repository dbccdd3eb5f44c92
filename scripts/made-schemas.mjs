// The JSON Schemas of the tools, made when the product is built: listing the tools then builds none of what they are made of.
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import { build } from "esbuild";

const MAKES = `
import { schemasOf } from "./src/server/schema.ts";
import { tools } from "./src/tools/index.ts";
export const made = tools
  .flatMap((tool) => [tool, tool.reading ?? []].flat())
  .map((tool) => [tool.name + tool.effects.readOnlyHint, schemasOf(tool)]);`;

/** Only the half of a tool that reads has its name too. */
const TAKES = "export const schemasOf = ({ name, effects }) => made[name + effects.readOnlyHint];";

/** Has the bundle take them from a table. */
export const madeSchemas = {
  name: "made-schemas",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]server[\\/]schema\.ts$/ }, async () => ({
      contents: `const made = JSON.parse(${JSON.stringify(JSON.stringify(await made()))});\n${TAKES}`,
    }));
  },
};

async function made() {
  const { outputFiles } = await build({
    stdin: { contents: MAKES, resolveDir: process.cwd() },
    ...{ bundle: true, write: false, platform: "node", format: "cjs", logLevel: "error" },
    define: { "import.meta.dirname": '""' },
  });
  const module = { exports: {} };
  compileFunction(outputFiles[0].text, ["require", "module"])(createRequire(import.meta.url), module);
  return Object.fromEntries(module.exports.made);
}
