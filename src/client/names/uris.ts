import type { Place } from "../config/clusters.ts";
import { invalidArgument, type PlatformError } from "../errors.ts";

/** What a relative reference is resolved against. */
export type Base = Required<Place>;

/** The base, for references that people type. @throws {PlatformError} `invalid_argument` without a project */
export function requireProject(base: Base): Base {
  if (base.project !== "") return base;
  throw invalidArgument(`No project is selected in cluster "${base.cluster}", org "${base.org}": name one.`, {
    about: "project",
  });
}

/** Kinds of things that are addressed inside a cluster. */
export type UriScheme = "storage" | "secret" | "disk" | "job" | "image";

/**
 * Makes a URI that a person typed absolute: `storage:data` becomes `storage://cluster/org/project/data`;
 * a leading `/` names another project of the same org; with a host nothing is inserted.
 * @throws {PlatformError} `invalid_argument`. Source: protocol reference 6.1.
 */
export function parseUri(text: string, scheme: UriScheme, base: Base): string {
  if (HALF.test(text)) throw invalid(text, "it has half of a character in it", scheme);
  const typed = splitScheme(text, scheme);
  for (const [mark, code, name] of FORBIDDEN) {
    if (typed.includes(mark))
      throw invalid(
        text,
        `${name} part is not allowed in a ${scheme} URI; write ${code} for "${mark}"`,
        scheme,
      );
  }
  if (typed.startsWith("//") && !typed.startsWith("///")) return withHost(text, scheme, typed.slice(2));
  if (typed.startsWith("~"))
    throw invalid(text, "user directories (~) have no meaning on the platform", scheme);
  const { cluster, org, project } = base;
  const path = typed.startsWith("/")
    ? `/${org}/${typed.replace(/^\/+/, "")}`
    : `/${org}/${project}${typed === "" ? "" : `/${typed}`}`;
  return `${scheme}://${cluster}${normalize(path, `/${org}`)}`;
}

/** A `job:` URI taken apart. Source: protocol reference 3.10. */
export interface JobUri extends Base {
  /** Id or name. */
  ref: string;
}

/** Reads `job:name`, `job:/project/name` or `job://cluster/org/project/name`. @throws {PlatformError} `invalid_argument` */
export function parseJobUri(text: string, base: Base): JobUri {
  const [, , cluster, ...path] = parseUri(text, "job", base).split("/");
  const parts = path.filter((part) => part !== "");
  const [org, project, ref] = parts.map(decoded);
  if (parts.length !== 3 || !cluster || !org || !project || !ref)
    throw invalid(text, "a job URI is job:NAME or job://CLUSTER/ORG/PROJECT/NAME", "job");
  return { cluster, org, project, ref };
}

/** Undefined where a percent code stands for no character. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** What a URI of each kind is given as. */
const SUBJECTS = {
  storage: "volumes",
  disk: "volumes",
  secret: "secret_env",
  job: "job",
  image: "image",
} as const;

const FORBIDDEN = [
  ["?", "%3F", "a query"],
  ["#", "%23", "a fragment"],
] as const;

/** Half of a surrogate pair, which nothing can be encoded from. */
const HALF = /\p{Cs}/u;
const CLUSTER = /^[\w.-]+$/;

function splitScheme(text: string, scheme: UriScheme): string {
  const found = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
  if (found?.[1] === undefined) throw invalid(text, `it has no scheme; write ${scheme}:…`, scheme);
  if (found[1].toLowerCase() !== scheme)
    throw invalid(text, `the scheme is ${found[1]}:, only ${scheme}: is allowed here`, scheme);
  return text.slice(found[0].length);
}

function withHost(text: string, scheme: UriScheme, rest: string): string {
  const slash = rest.indexOf("/");
  const host = slash < 0 ? rest : rest.slice(0, slash);
  if (/[@:]/.test(host)) throw invalid(text, "user, password and port are not allowed", scheme);
  if (!CLUSTER.test(host)) throw invalid(text, "what stands behind // is the name of a cluster", scheme);
  const path = slash < 0 ? "" : normalize(rest.slice(slash), "");
  return `${scheme}://${host.toLowerCase()}${path}`;
}

/** Resolves dot segments (never above `root`) and percent-encodes what needs it. */
function normalize(path: string, root: string): string {
  const kept: string[] = [];
  const floor = root.split("/").length - 1;
  const segments = path.split("/").slice(1);
  segments.forEach((segment, index) => {
    const isLast = index === segments.length - 1;
    if (segment === ".." && kept.length > floor) kept.pop();
    if (segment !== "." && segment !== "..") kept.push(encodeSegment(segment));
    else if (isLast) kept.push("");
  });
  return `/${kept.join("/")}`;
}

/** Percent-encodes as the official client does: sub-delimiters stay, escapes that are there already stay. */
function encodeSegment(segment: string): string {
  return segment
    .split(/(%[0-9A-Fa-f]{2})/)
    .map((part, index) => (index % 2 === 1 ? part.toUpperCase() : encodePathPart(part)))
    .join("");
}

/**
 * A URI as a person reads and types it: `a%20b` becomes `a b`. What `parseUri` would take for something else, and
 * what cannot be seen, stays encoded, so that it gives the same URI again.
 */
export function readableUri(uri: string): string {
  return uri.replace(/(?:%[0-9A-Fa-f]{2})+/g, (codes) => {
    try {
      return decodeURIComponent(codes).replace(/[%?#/:\\]|\p{C}|(?! )\p{Z}/gu, encodeURIComponent);
    } catch {
      return codes;
    }
  });
}

/** Percent-encodes one path segment, leaving the characters that a path may hold. */
export function encodePathPart(text: string): string {
  return encodeURIComponent(text).replace(/%(40|3A|24|26|2B|2C|3B|3D)/g, (code) => decodeURIComponent(code));
}

/** A reference as an error may quote it: without the password that somebody may have typed. */
export function withoutUser(text: string): string {
  return text.replace(/:\/\/[^/]*@/, "://…@");
}

function invalid(text: string, why: string, scheme: UriScheme): PlatformError {
  return invalidArgument(`"${withoutUser(text).slice(0, 80)}" is not a valid reference: ${why}.`, {
    about: SUBJECTS[scheme],
  });
}
