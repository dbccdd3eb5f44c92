import { failure } from "./http-error.ts";

/** Where a request goes, taken apart. */
export interface Target {
  /** Decoded. */
  segments: string[];
  /** As it came, undecoded. */
  path: string;
  query: URLSearchParams;
}

/** Reads a request target. @throws {HttpError} 400 for what is not one. */
export function targetOf(raw: string | undefined): Target {
  const url = raw ?? "/";
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
  if (!path.startsWith("/")) throw failure(400, "Bad request target");
  try {
    return { segments: path.split("/").slice(1).map(decodeURIComponent), path, query };
  } catch (error) {
    throw failure(400, "Bad percent-encoding in the request target", error);
  }
}
