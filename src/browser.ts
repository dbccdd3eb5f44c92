import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const COMMANDS: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/**
 * Opens an address in the person's browser, where there is one. It goes by a file that only they can read: other users
 * of a machine see the arguments of a command. Gives what removes the file.
 */
export async function openBrowser(url: string): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "apolo-jobs-"));
  const file = join(folder, "dashboard.html");
  const html = `<!doctype html><meta http-equiv="refresh" content="0;url=${url}"><a href="${url}">Dashboard</a>\n`;
  await writeFile(file, html, { mode: 0o600 });
  const [command = "xdg-open", ...args] = COMMANDS[process.platform] ?? [];
  const child = spawn(command, [...args, file], { stdio: "ignore", detached: true });
  // Without a browser the address on the terminal is left.
  child.on("error", () => undefined);
  child.unref();
  return () => rm(folder, { recursive: true, force: true });
}
