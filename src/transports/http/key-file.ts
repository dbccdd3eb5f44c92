import { randomBytes } from "node:crypto";
import { codeIn, LONGEST_BYTES, readPrivateFile } from "./private-file.ts";

const SHORTEST_BYTES = 32;
const MAKE = "make one, e.g. by `(umask 077; openssl rand -hex 32 > mcp-key)`, and give it to all replicas";

/** The file cannot be used, and why; what it holds is never repeated. */
export class KeyFileError extends Error {
  override readonly name = "KeyFileError";
}

/** What `connectPlatform` is to be given, and what whoever runs the server should know. */
interface ServerKey {
  /** Absent where the server's own login is key enough: all callers act by it. */
  key: Uint8Array | undefined;
  warnings: string[];
}

/**
 * The key by which what tools give out is honoured: that of the file; without one, where callers bring logins of
 * their own, which they renew, one of this process. @throws {KeyFileError}
 */
export async function serverKey({
  keyFile,
  auth,
}: {
  keyFile?: string | undefined;
  auth?: "platform" | undefined;
}): Promise<ServerKey> {
  if (keyFile !== undefined) return readKeyFile(keyFile);
  if (auth === undefined) return { key: undefined, warnings: [] };
  return {
    key: randomBytes(SHORTEST_BYTES),
    warnings: [
      `without --key-file, cursors and tokens that tools give out are good at this process alone, and until it ends: ${MAKE} as --key-file`,
    ],
  };
}

/** The bytes as they are, a line break at the end included: replicas share the file. */
async function readKeyFile(path: string): Promise<ServerKey> {
  const { bytes: key, isOpen } = await readPrivateFile(path).catch((cause: unknown) => {
    throw new KeyFileError(`The key file ${path} cannot be read${codeIn(cause)}: ${MAKE}.`, { cause });
  });
  if (key.length < SHORTEST_BYTES || key.length > LONGEST_BYTES)
    throw new KeyFileError(
      `The key file ${path} does not hold ${SHORTEST_BYTES} to ${LONGEST_BYTES} bytes: ${MAKE}.`,
    );
  const warning = `the key file ${path} can be read by every user of this machine: chmod 600 ${path}`;
  return { key, warnings: isOpen ? [warning] : [] };
}
