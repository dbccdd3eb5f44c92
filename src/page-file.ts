import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The page for people, as it was built: the same place seen from here and from the bundle. */
const FILE = join(import.meta.dirname, "../dist/page.html");

export function readPage(): Promise<string> {
  return readFile(FILE, "utf8");
}
