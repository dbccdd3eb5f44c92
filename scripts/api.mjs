// Pages of the library's types into api/: `npm run api` after `npm run build && npm run declarations`. TypeDoc is fetched:
// it needs an older TypeScript than ours.
import { execFileSync } from "node:child_process";

const fetched = ["--yes", "--package=typedoc@0.28", "--package=typescript@5.9"];
const entries = ["client", "emulator"].flatMap((name) => ["--entryPoints", `dist/${name}.d.ts`]);
const options = ["--tsconfig", "scripts/api.tsconfig.json", "--out", "api", "--treatWarningsAsErrors"];
execFileSync("npm", ["exec", ...fetched, "--", "typedoc", ...entries, ...options], {
  stdio: "inherit",
  shell: process.platform === "win32",
});
