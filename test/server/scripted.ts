import { onTestFinished } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../src/client/index.ts";
import { encodeConfig } from "../../src/emulator/state/tokens.ts";
import { startScripted } from "../emulator/support/scripted.ts";

const SELECTION = { user: "alice", cluster: "default", org: "acme", project: "vision" };

/** The emulator's API over processes that the test plays, and a platform logged in to it. */
export async function scriptedPlatform() {
  const emulator = await startScripted();
  const login = loginFromPassedConfig(
    encodeConfig({ ...SELECTION, token: emulator.token, origin: emulator.context.origin }),
  );
  const platform = connectPlatform(login, { retries: 0 });
  onTestFinished(async () => {
    await platform.close();
    await emulator.close();
  });
  return { emulator, platform };
}
