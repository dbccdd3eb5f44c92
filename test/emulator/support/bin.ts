import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";

/** The emulator as its own process, from the built bin. */
export interface EmulatorProcess {
  child: ChildProcess;
  url: string;
  token: string;
  passedConfig: string;
  call(method: string, path: string, body?: object): Promise<{ status: number; json: unknown }>;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Spawns `apolo-jobs-mcp emulator --json` and waits for its line. */
export async function spawnEmulator(args: readonly string[]): Promise<EmulatorProcess> {
  const child = spawn(process.execPath, ["dist/main.js", "emulator", "--json", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const gone = once(child, "exit");
  let [out, err] = ["", ""];
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const line = new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      out += chunk;
      if (out.includes("\n")) resolve(out);
    });
    child.on("exit", () => reject(new Error(`the emulator ended: ${err}`)));
  });
  const { url, token, passed_config: passedConfig } = JSON.parse(await line);
  return {
    child,
    url,
    token,
    passedConfig,
    async call(method, path, body) {
      const answer = await fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, json: text.startsWith("{") ? JSON.parse(text) : text };
    },
    async kill() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
