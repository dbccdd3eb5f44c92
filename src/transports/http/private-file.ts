import { open } from "node:fs/promises";

/** Longer ones hold something else. */
export const LONGEST_BYTES = 4096;
const READ_BY_ALL = 0o004;

/** What a file with a secret holds, one byte beyond the limit at most, and whether every user of this machine can read it. */
export async function readPrivateFile(path: string): Promise<{ bytes: Buffer; isOpen: boolean }> {
  await using file = await open(path);
  const { mode } = await file.stat();
  const buffer = Buffer.alloc(LONGEST_BYTES + 1);
  const { bytesRead } = await file.read(buffer);
  const isOpen = process.platform !== "win32" && (mode & READ_BY_ALL) > 0;
  return { bytes: buffer.subarray(0, bytesRead), isOpen };
}

/** The system's code for why it could not be read, to add to a text. */
export function codeIn(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? ` (${cause.code})` : "";
}
