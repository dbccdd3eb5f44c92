// Pages of the library's types into api/: `npm run api` after `npm run build && npm run declarations`. TypeDoc is fetched:
// it needs an older TypeScript than ours.
import { execFileSync } from "node:child_process";

const fetched = ["--yes", "--package=typedoc@0.28", "--package=typescript@5.9"];
const entries = ["client", "emulator"].flatMap((name) => ["--entryPoints", `dist/${name}.d.ts`]);
/** What a page is made of must say what it is. */
const documented = ["Class", "Function", "Interface", "TypeAlias", "Variable"].flatMap((kind) => [
  "--requiredToBeDocumented",
  kind,
]);
const options = [
  ...["--tsconfig", "scripts/api.tsconfig.json", "--out", "api"],
  ...["--validation.notDocumented", ...documented, "--treatWarningsAsErrors"],
];
execFileSync("npm", ["exec", ...fetched, "--", "typedoc", ...entries, ...options], {
  stdio: "inherit",
  shell: process.platform === "win32",
});
