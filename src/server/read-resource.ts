import { PlatformError } from "../client/index.ts";
import { matchUri } from "../resources/index.ts";
import type { Connection } from "./connection.ts";
import { describeError } from "./errors.ts";
import { INTERNAL_ERROR, INVALID_PARAMS, ProtocolError } from "./protocol-error.ts";

/** The protocol's own code for a resource that is not there. */
const RESOURCE_NOT_FOUND = -32002;

/** One resource as it is sent. @throws {ProtocolError} the one boundary for errors of resources */
export async function readResource(
  uri: string,
  { caller, scrub }: Connection,
  signal: AbortSignal,
): Promise<{ uri: string; mimeType: string; text: string }> {
  try {
    const { resource, variables } = matchUri(uri);
    const text = scrub(await resource.read(variables, { caller, signal }));
    return { uri, mimeType: resource.mimeType, text };
  } catch (error) {
    throw toProtocolError(error, { uri, scrub });
  }
}

/** Sent instead of the contents: what failed and what to do next. */
export function toProtocolError(
  error: unknown,
  { uri, scrub }: { uri: string; scrub(text: string): string },
): ProtocolError {
  const isUnknown = error instanceof PlatformError && error.code === "not_found";
  const isMistake = error instanceof Error && "code" in error && MISTAKES.has(error.code);
  const code = isMistake ? INVALID_PARAMS : INTERNAL_ERROR;
  const text = scrub(describeError(error, `reading ${uri}`));
  return new ProtocolError(isUnknown ? RESOURCE_NOT_FOUND : code, text, { data: { uri }, cause: error });
}

const MISTAKES: ReadonlySet<unknown> = new Set(["invalid_argument", "ambiguous"]);
