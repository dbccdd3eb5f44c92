import { posix } from "node:path";
import { unquote } from "../../state/unquote.ts";
import { bool, type Check, dict, list, optional, refine, required } from "./check.ts";
import { DataError, ensure } from "./data-error.ts";

interface UriRule {
  scheme: string;
  cluster: string;
  /** Least number of path parts, counting the leading slash. */
  minParts?: number;
}

/** A URI of the job's own cluster. Source: protocol reference 3.9. */
export function clusterUri({ scheme, cluster, minParts = 0 }: UriRule): Check<string> {
  return (value) => {
    ensure(typeof value === "string", "value is not a string");
    const { scheme: own, host, path } = split(value);
    ensure(own === scheme, `Invalid URI scheme: '${own}' != '${scheme}'`);
    ensure(!value.includes("#"), "Fragment part is not allowed in URI");
    ensure(!value.includes("?"), "Query part is not allowed in URI");
    ensure(host === cluster, `Invalid URI cluster: '${host}' != '${cluster}'`);
    ensure(parts(path).length >= minParts, "Invalid URI path: Wrong number of path items");
    refuseDots(path);
    return scheme + quoted(value.slice(scheme.length));
  };
}

/** As the platform's library writes a URI: what must be encoded is, once, and nothing else. Source: protocol reference 3.5. */
function quoted(uri: string): string {
  const written = (char: string) => (/[\w.~!$&'()*,;=:@/-]/.test(char) ? char : encodeURIComponent(char));
  return uri.replace(/((?:%[0-9a-f]{2})+)|[\s\S]/giu, (char, codes: string | undefined) =>
    codes === undefined ? (char === "+" ? char : written(char)) : requoted(codes, written),
  );
}

/** A slash and a plus mean something else when they are not encoded. */
function requoted(codes: string, written: (char: string) => string): string {
  const text = unquote(codes);
  if (text === codes) return codes.toUpperCase();
  return [...text].map((char) => ("/+".includes(char) ? encodeURIComponent(char) : written(char))).join("");
}

/** Volumes of one kind; no two at the same place. Source: protocol reference 3.9. */
export function volumes(uriKey: string, uri: Check<string>, readOnly: boolean): Check<unknown> {
  const keys = {
    [uriKey]: required(uri),
    dst_path: required(mountPath),
    ...(readOnly ? { read_only: optional(bool, true) } : {}),
  };
  return refine(list(dict(keys)), (items) => {
    const seen = new Set<unknown>();
    for (const item of items) {
      const path =
        typeof item === "object" && item !== null && "dst_path" in item ? item.dst_path : undefined;
      if (seen.has(path))
        throw new DataError(`destination path '${String(path)}' was encountered multiple times`);
      seen.add(path);
    }
    return items;
  });
}

const mountPath: Check<string> = (value) => {
  if (typeof value !== "string") throw new DataError("value is not a string");
  const path = purePath(value);
  if (!path.startsWith("/")) throw new DataError(`Mount path must be absolute: '${path}'`);
  refuseDots(path);
  return path;
};

/** As Python's PurePath writes it: no doubled or trailing slash but two at the start, no `.` parts, `..` kept. */
function purePath(path: string): string {
  const kept = path.split("/").filter((part) => part !== "" && part !== ".");
  const root = /^\/\/(?!\/)/.test(path) ? "//" : path.startsWith("/") ? "/" : "";
  const joined = root + kept.join(posix.sep);
  return joined === "" ? "." : joined;
}

function refuseDots(path: string): void {
  if (parts(path).includes("..")) throw new DataError(`Invalid path: '${path}'`);
}

function parts(path: string): string[] {
  const named = path.split("/").filter((part) => part !== "" && part !== ".");
  return path.startsWith("/") ? ["/", ...named] : named;
}

function split(uri: string): { scheme: string; host: string; path: string } {
  const found = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)/i.exec(uri);
  return {
    scheme: (found?.[1] ?? "").toLowerCase(),
    host: found?.[2] ?? "",
    path: unquote(found?.[3] ?? ""),
  };
}
