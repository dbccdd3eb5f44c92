import type { Cluster } from "../config/clusters.ts";
import { invalidArgument, type PlatformError } from "../errors.ts";
import type { RemoteImage } from "../job.ts";
import { type Base, withoutUser } from "./uris.ts";

const NAME = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
/** What may stand before the first slash: a registry or a folder of one. */
const FIRST = /^\w[\w.-]*(?::\d+)?$/;
/** An org or a project. */
const PLACE = /^\w[\w.-]*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/** Where an image reference is read. */
export interface ImageBase {
  base: Base;
  clusters: Cluster[];
  /** Images of jobs parsed so far. */
  images: Map<string, RemoteImage>;
}

/**
 * Reads an image as a person types it: `ubuntu`, `ghcr.io/org/img:1`, `image:mine:v1`,
 * `image://cluster/org/project/name`, or a full reference to the platform's registry, which stays as it is. The tag
 * defaults to `latest`.
 * @throws {PlatformError} `invalid_argument`. Source: protocol reference 6.2.
 */
export function parseImage(text: string, at: ImageBase): RemoteImage {
  refuseUnfit(text);
  if (text.startsWith("image:")) return platformImage(text, text.slice("image:".length), at);
  const cluster = at.clusters.find(({ registry }) => text.startsWith(`${registry}/`));
  if (cluster === undefined) return externalImage(text);
  const { path, tag } = splitTag(text);
  const segments = path.slice(cluster.registry.length + 1).split("/");
  const [org, ...inOrg] = segments;
  return segments.length > 2
    ? imageIn(cluster, { text, org, segments: inOrg, tag })
    : imageIn(cluster, { text, org: at.base.org, segments, tag });
}

/** The reference as Docker and the platform's wire know it. */
export function imageToString({ registry, org_name, project_name, name, tag }: RemoteImage): string {
  const path = [registry, org_name, project_name, name].filter((part) => part !== undefined).join("/");
  return tag === undefined ? path : `${path}:${tag}`;
}

/** Whether the image lies in the platform's own registry. */
export function isPlatformImage({ registry, cluster_name, project_name }: RemoteImage): boolean {
  return registry !== undefined && cluster_name !== undefined && project_name !== undefined;
}

/** Maps the image of a job as sent: a reference this grammar does not know is kept whole, as the name. */
export function imageOfJob(text: string, at: ImageBase): RemoteImage {
  const known = at.clusters.some(({ registry }) => text.startsWith(`${registry}/`));
  try {
    return known ? parseImage(text, at) : externalImage(text);
  } catch {
    return { name: text };
  }
}

function refuseUnfit(text: string): void {
  if (text.trim() === "") throw invalid(text, "it is blank; write e.g. python:3.12");
  if (/^\w+:\/\/[^/]*@/.test(text)) throw invalid(text, "user and password are not allowed");
  if (text.startsWith("-")) throw invalid(text, "it cannot start with a dash");
  if (text === "image:latest")
    throw invalid(text, "it is ambiguous: write image:NAME:latest or latest:latest");
  if (/[?#]/.test(text)) throw invalid(text, 'neither "?" nor "#" is allowed');
}

function externalImage(text: string): RemoteImage {
  const { path, tag } = splitTag(text);
  const slash = path.indexOf("/");
  const first = slash < 0 ? "" : path.slice(0, slash);
  const rest = slash < 0 ? path : path.slice(slash + 1);
  if (!NAME.test(rest) || (slash >= 0 && !FIRST.test(first))) throw invalid(text, WHAT_A_NAME_IS);
  if (!first.includes(":")) return { name: path, tag };
  return { name: rest, tag, registry: first };
}

function platformImage(text: string, reference: string, { base, clusters }: ImageBase): RemoteImage {
  const { path, tag } = splitTag(reference);
  const { cluster: name, segments } = locate(text, path, base);
  const cluster = clusters.find((each) => each.name === name);
  if (cluster === undefined) throw invalid(text, `there is no cluster "${name}"`);
  const [first = "", ...others] = segments;
  const isOrg = path.startsWith("//") && others.length > 1 && [base.org, ...cluster.orgs].includes(first);
  return isOrg
    ? imageIn(cluster, { text, org: first, segments: others, tag })
    : imageIn(cluster, { text, org: base.org, segments, tag });
}

/** The cluster, and what the path has below it. */
function locate(text: string, path: string, base: Base): { cluster: string; segments: string[] } {
  if (path.startsWith("//")) {
    const [cluster = "", ...segments] = path.slice(2).split("/");
    if (cluster === "") throw invalid(text, "the cluster is missing");
    return { cluster, segments };
  }
  if (path.startsWith("/")) return { cluster: base.cluster, segments: path.slice(1).split("/") };
  return { cluster: base.cluster, segments: [base.project, ...path.split("/")] };
}

function imageIn(
  { name: cluster_name, registry }: Cluster,
  { text, org, segments, tag }: { text: string; org: string | undefined; segments: string[]; tag: string },
): RemoteImage {
  const [project_name, ...names] = segments;
  const name = names.join("/");
  if (project_name === undefined || name === "") throw invalid(text, "the name is missing");
  if (!NAME.test(name)) throw invalid(text, WHAT_A_NAME_IS);
  if (!PLACE.test(project_name)) throw invalid(text, "no project can be called so");
  if (org !== undefined && !PLACE.test(org)) throw invalid(text, "no organization can be called so");
  return { name, tag, registry, cluster_name, org_name: org, project_name };
}

/** Splits at the last colon, unless a slash follows it: then it belongs to a host. */
function splitTag(text: string): { path: string; tag: string } {
  if (text.split(":").length > 3) throw invalid(text, "it has too many colons");
  const colon = text.lastIndexOf(":");
  const after = text.slice(colon + 1);
  if (colon < 0 || after.includes("/")) return { path: text, tag: "latest" };
  const path = text.slice(0, colon);
  if (path === "" || after === "") throw invalid(text, "name or tag around the colon is empty");
  if (path.includes(":") && !path.includes("/")) throw invalid(text, "it has too many colons");
  if (!TAG.test(after)) throw invalid(text, "a tag is up to 128 letters, digits and . _ -");
  return { path, tag: after };
}

const WHAT_A_NAME_IS =
  "a name is lower-case letters and digits, joined by single . _ - and /; digests are not supported";

function invalid(text: string, why: string): PlatformError {
  return invalidArgument(`Image "${withoutUser(text).slice(0, 80)}" is not valid: ${why}.`, {
    about: "image",
  });
}
