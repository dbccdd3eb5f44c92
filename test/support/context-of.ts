import { connectPlatform } from "../../src/client/index.ts";
import { token } from "./jobs.ts";

// For tests of what Node reads when it starts: prints the user's name, or the error, of the platform at argv[2].
const platform = connectPlatform(
  { source: "token", url: `${process.argv[2]}/api/v1`, token: token("alice") },
  { retries: 0, env: process.env },
);
try {
  console.log((await platform.context()).user);
} catch (error) {
  console.log(`${(error as { code?: string }).code}: ${(error as Error).message}`);
}
await platform.close();
