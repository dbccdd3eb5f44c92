import { open } from "node:fs/promises";
import { BEARER_TOKEN, Secret } from "./secret.ts";

const SHORTEST = 16;
const LONGEST_BYTES = 4096;
const READ_BY_ALL = 0o004;
const EXAMPLE = "make one, e.g. by `(umask 077; openssl rand -hex 32 > token)`";

/** The file cannot be used, and why; its text is never repeated. */
export class TokenFileError extends Error {
  override readonly name = "TokenFileError";
}

/** The secret that all callers share, and what whoever runs the server should know of its file. @throws {TokenFileError} */
export async function readTokenFile(path: string): Promise<{ secret: Secret; warnings: string[] }> {
  const { text, mode } = await read(path);
  const problem = problemOf(text);
  if (problem !== undefined) throw new TokenFileError(`The token file ${path} ${problem}; ${EXAMPLE}.`);
  const warning = `The token file ${path} can be read by every user of this machine: chmod 600 ${path}`;
  const isOpen = process.platform !== "win32" && (mode & READ_BY_ALL) > 0;
  return { secret: new Secret(text), warnings: isOpen ? [warning] : [] };
}

async function read(path: string): Promise<{ text: string; mode: number }> {
  try {
    await using file = await open(path);
    const { mode } = await file.stat();
    const buffer = Buffer.alloc(LONGEST_BYTES + 1);
    const { bytesRead } = await file.read(buffer);
    return { text: buffer.toString("utf8", 0, bytesRead).trim(), mode };
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? ` (${cause.code})` : "";
    throw new TokenFileError(`The token file ${path} cannot be read${why}; ${EXAMPLE}.`, { cause });
  }
}

function problemOf(text: string): string | undefined {
  if (text === "") return "is empty";
  if (text.length > LONGEST_BYTES) return `is longer than ${LONGEST_BYTES} bytes`;
  if (!BEARER_TOKEN.test(text)) return "holds characters that no header carries, or more than one line";
  return text.length < SHORTEST ? `holds fewer than ${SHORTEST} characters` : undefined;
}
