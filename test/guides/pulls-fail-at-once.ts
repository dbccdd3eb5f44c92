import { startEmulator } from "apolo-jobs-mcp/emulator";

const emulator = await startEmulator({ scene: "quota", timing: { pullErrorTimeoutMs: 50 } });
emulator.clock.advance(3_600_000);
await emulator.close();
