import { posix } from "node:path";
import { unquote } from "../state/names.ts";
import { bool, type Check, DataError, dict, ensure, list, optional, refine } from "./check.ts";

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

/** Encodes a URI as the platform's library does: what must be, once. Source: protocol reference 3.5. */
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

export const storageVolumes = (uri: Check<string>) =>
  apart(list(dict({ src_storage_uri: uri, dst_path: mountPath, ...READ_ONLY })));
export const diskVolumes = (uri: Check<string>) =>
  apart(list(dict({ src_disk_uri: uri, dst_path: mountPath, ...READ_ONLY })));
export const secretVolumes = (uri: Check<string>) =>
  apart(list(dict({ src_secret_uri: uri, dst_path: mountPath })));

/** Volumes of one kind, no two at the same place. Source: protocol reference 3.9. */
function apart<T extends { dst_path: string }>(volumes: Check<T[]>): Check<T[]> {
  return refine(volumes, (items) => {
    const paths = items.map(({ dst_path }) => dst_path);
    const twice = paths.find((path, index) => paths.indexOf(path) < index);
    ensure(twice === undefined, `destination path '${twice}' was encountered multiple times`);
    return items;
  });
}

const READ_ONLY = { read_only: optional(bool, true) };

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
