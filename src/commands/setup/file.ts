import { randomBytes } from "node:crypto";
import { copyFile, mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { field } from "../../json.ts";

/** The text of a file; empty where there is none. */
export async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (field(error, "code") === "ENOENT") return "";
    throw error;
  }
}

/**
 * Puts `after` in the place of `before` at once, or not at all. Resolves with the copy of what was there.
 * A link stays one. @throws {Error} somebody else has changed the file meanwhile
 */
export async function replaceFile(link: string, before: string, after: string): Promise<string | undefined> {
  const path = await realpath(link).catch(() => link);
  await mkdir(dirname(path), { recursive: true });
  const mode = await stat(path).then(
    (found) => found.mode & 0o777,
    () => 0o600,
  );
  const copy = `${path}.before-apolo-${new Date().toISOString().replace(/\D/g, "").slice(0, 14)}`;
  const next = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  if (before !== "") await copyFile(path, copy);
  try {
    await writeFile(next, after, { flag: "wx", mode, flush: true });
    if ((await textOf(path)) !== before) throw new Error("it was changed meanwhile: run setup again");
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
  return before === "" ? undefined : copy;
}
