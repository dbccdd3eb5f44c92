import { failure } from "./http-error.ts";

const ORIGIN = /^https?:\/\/[^/?#]*/i;

/** Where a request goes, taken apart. */
export interface Target {
  /** Decoded. */
  segments: string[];
  /** As it came, undecoded. */
  path: string;
  query: URLSearchParams;
}

/** Whether a request target can be read. */
export function isTarget(raw: string | undefined): boolean {
  return (raw ?? "/").replace(ORIGIN, "").startsWith("/");
}

/**
 * Reads a request target; one that names the whole URL counts too, and a `%` that stands for itself.
 * @throws {HttpError} 400 for what is not one.
 */
export function targetOf(raw: string | undefined): Target {
  const url = (raw ?? "/").replace(ORIGIN, "");
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
  if (!isTarget(raw)) throw failure(400, "Bad request target");
  return { segments: path.split("/").slice(1).map(decoded), path, query };
}

/** As the platform decodes: what is no code stays as it is, bytes that are no UTF-8 become marks. */
function decoded(segment: string): string {
  return segment.replace(/(?:%[0-9a-f]{2})+/gi, (codes) =>
    Buffer.from(codes.replaceAll("%", ""), "hex").toString("utf8"),
  );
}
