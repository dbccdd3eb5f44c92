import { codeIn, LONGEST_BYTES, readPrivateFile } from "./private-file.ts";
import { BEARER_TOKEN, Secret } from "./secret.ts";

const SHORTEST = 16;
const EXAMPLE = "make one, e.g. by `(umask 077; openssl rand -hex 32 > token)`";

/** The file cannot be used, and why; its text is never repeated. */
export class TokenFileError extends Error {
  override readonly name = "TokenFileError";
}

/** The secret that all callers share, and what whoever runs the server should know of its file. @throws {TokenFileError} */
export async function readTokenFile(path: string): Promise<{ secret: Secret; warnings: string[] }> {
  const { bytes, isOpen } = await readPrivateFile(path).catch((cause: unknown) => {
    throw new TokenFileError(`The token file ${path} cannot be read${codeIn(cause)}; ${EXAMPLE}.`, { cause });
  });
  const text = bytes.toString("utf8").trim();
  const problem = problemOf(text);
  if (problem !== undefined) throw new TokenFileError(`The token file ${path} ${problem}; ${EXAMPLE}.`);
  const warning = `The token file ${path} can be read by every user of this machine: chmod 600 ${path}`;
  return { secret: new Secret(text), warnings: isOpen ? [warning] : [] };
}

function problemOf(text: string): string | undefined {
  if (text === "") return "is empty";
  if (text.length > LONGEST_BYTES) return `is longer than ${LONGEST_BYTES} bytes`;
  if (!BEARER_TOKEN.test(text)) return "holds characters that no header carries, or more than one line";
  return text.length < SHORTEST ? `holds fewer than ${SHORTEST} characters` : undefined;
}
