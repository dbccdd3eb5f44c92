import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkId } from "../../src/client/connection.ts";
import { type ImageBase, imageOfJob, imageToString, parseImage } from "../../src/client/names/images.ts";
import {
  encodePathPart,
  parseJobUri,
  parseUri,
  readableUri,
  type UriScheme,
} from "../../src/client/names/uris.ts";
import { parseVolumes } from "../../src/client/start/volumes.ts";
import { jobUri } from "../../src/jobs/names/ids.ts";
import { whereOf } from "../../src/operations/find/index.ts";
import { matchUri } from "../../src/resources/index.ts";
import { projectPath } from "../../src/tools/args.ts";
import { withoutAddresses } from "../../src/tools/reading/addresses.ts";
import { sampleJob } from "../jobs/sample-job.ts";
import { check } from "../support/check.ts";
import { endless, endlessText, hostileText, readOrRefuse } from "../support/hostile.ts";

const RUNS = 150;
const BASE = { cluster: "default", org: "acme", project: "vision" };
const ELSEWHERE = { cluster: "west", org: "research", project: "lab" };
const PRINTABLE = /^[\x21-\x7e]+$/;

const cluster = (name: string, registry: string) => ({
  name,
  registry,
  orgs: ["acme", "research"],
  monitoringUrl: "",
  presets: [],
});
const AT: ImageBase = {
  base: BASE,
  clusters: [cluster("default", "registry.example"), cluster("west", "registry.west.example:5000")],
  images: new Map(),
};

const scheme = fc.constantFrom<UriScheme>("storage", "secret", "disk", "job", "image");
const path = hostileText("data", "//default/acme/vision/", "//", "%20", ":/mnt", ":ro");
const uri = fc.tuple(fc.oneof(scheme, scheme, hostileText()), path).map(([kind, rest]) => `${kind}:${rest}`);
const image = fc
  .tuple(
    fc.constantFrom("", "image:", "image://west/", "registry.example/", "ghcr.io/"),
    hostileText("a", ":v1", "/"),
  )
  .map(([start, rest]) => start + rest);
const volume = fc
  .tuple(uri, fc.constantFrom("", ":/mnt", ":/mnt:ro", ":/mnt:rw"))
  .map(([source, target]) => source + target);
const name = hostileText("train").filter((text) => !/\p{Cs}/u.test(text) && !["", ".", ".."].includes(text));

const PARSERS: Record<string, (text: string) => unknown> = {
  uri: (text) => parseUri(`storage:${text}`, "storage", BASE),
  "job URI": (text) => parseJobUri(`job:${text}`, BASE),
  image: (text) => parseImage(text, AT),
  "image of the platform": (text) => parseImage(`image:${text}`, AT),
  volume: (text) => parseVolumes([`storage:${text}:/mnt`], BASE),
  resource: (text) => matchUri(`job://${text}`),
  addresses: withoutAddresses,
  project: (text) => projectPath.safeParse(text).success,
};

describe("references", { tags: "hostility" }, () => {
  test("a URI that is taken is printable and absolute, and is the same anywhere, and as a person reads it", () =>
    check(
      fc.property(uri, scheme, (text, kind) => {
        const read = readOrRefuse(() => parseUri(text, kind, BASE));
        if (read === undefined) return;
        expect(read).toMatch(PRINTABLE);
        expect(read).toMatch(new RegExp(`^${kind}://`));
        expect(parseUri(read, kind, ELSEWHERE)).toBe(read);
        expect(parseUri(readableUri(read), kind, ELSEWHERE)).toBe(read);
      }),
      RUNS,
    ));

  test("a job's address leads back to it, whatever its place and it are called", () =>
    check(
      fc.property(name, name, name, (org, project, ref) => {
        const job = sampleJob({ cluster_name: "default", org_name: org, project_name: project, id: ref });
        const address = jobUri(job);
        expect(parseJobUri(address, ELSEWHERE)).toEqual({ cluster: "default", org, project, ref });
        const { resource, variables } = matchUri(address);
        expect(resource.name).toBe("job");
        expect(variables).toEqual({ cluster: "default", org, project, job: ref });
      }),
      RUNS,
    ));

  test("an id is one part of an address, or refused; a job of any place has an address", () =>
    check(
      fc.property(hostileText("job-1a2b", ".."), (text) => {
        expect(jobUri(sampleJob({ id: text, project_name: text }))).toMatch(PRINTABLE);
        if (readOrRefuse(() => checkId(text)) !== undefined)
          expect(encodePathPart(text)).toMatch(/^[^/\\]+$/);
      }),
      RUNS,
    ));

  test("a job URI that is taken names a place and a job in it, and is the same written out", () =>
    check(
      fc.property(path, (text) => {
        const read = readOrRefuse(() => parseJobUri(`job:${text}`, BASE));
        if (read === undefined) return;
        const { cluster, org, project, ref } = read;
        const parts = [cluster, org, project, ref];
        expect(parts).not.toContain("");
        expect(parseJobUri(`job://${parts.map(encodeURIComponent).join("/")}`, ELSEWHERE)).toEqual(read);
      }),
      RUNS,
    ));

  test("an image that is taken is the same written out, and one of a job is never refused", () =>
    check(
      fc.property(image, (text) => {
        const ofJob = imageOfJob(text, AT);
        const read = readOrRefuse(() => parseImage(text, AT));
        if (read === undefined) return;
        const written = imageToString(read);
        expect(written).toMatch(/^[\w./:-]+:[\w.-]{1,128}$/);
        expect(parseImage(written, AT)).toEqual(read);
        if (!text.startsWith("image:")) expect(ofJob).toEqual(read);
      }),
      RUNS,
    ));

  test("a volume that is taken is the same with its URI written out", () =>
    check(
      fc.property(volume, (text) => {
        const read = readOrRefuse(() => parseVolumes([text], BASE));
        if (read === undefined) return;
        const written = [
          ...read.volumes.map((one) => `${one.src_storage_uri}:${one.dst_path}:${mode(one)}`),
          ...read.disk_volumes.map((one) => `${one.src_disk_uri}:${one.dst_path}:${mode(one)}`),
          ...read.secret_volumes.map((one) => `${one.src_secret_uri}:${one.dst_path}`),
        ];
        expect(written).toHaveLength(1);
        expect(parseVolumes(written, ELSEWHERE)).toEqual(read);
      }),
      RUNS,
    ));

  test("a resource is found by its address alone, or said not to be there", () =>
    check(
      fc.property(
        fc.oneof(uri, hostileText("job://default/acme/vision/train", "/logs", "/logs/2h", "/files/")),
        (text) => {
          try {
            const { resource, variables } = matchUri(text);
            const names = [...resource.uriTemplate.matchAll(/\{(\w+)\}/g)].map(([, found]) => found);
            expect(Object.keys(variables)).toEqual(names);
          } catch (error) {
            expect(error).toMatchObject({ code: "not_found" });
          }
        },
      ),
      RUNS,
    ));

  test("a project that is taken names one place at most of each kind", () =>
    check(
      fc.property(hostileText("vision", "acme/", "default/"), (text) => {
        if (!projectPath.safeParse(text).success) return;
        const { cluster, org, project } = whereOf(text);
        expect([cluster, org, project].filter((part) => part !== undefined).join("/")).toBe(text);
      }),
      RUNS,
    ));

  test("an endless text is read as fast as it is long", () =>
    check(
      fc.property(
        fc.constantFrom(...Object.keys(PARSERS)),
        endless("http://", "job-", "https://a/jobs/"),
        (kind, text) => {
          try {
            PARSERS[kind]?.(endlessText(text));
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^(invalid_argument|not_found)$/) });
          }
        },
      ),
      40,
    ));
});

const mode = ({ read_only: isReadOnly }: { read_only: boolean }) => (isReadOnly ? "ro" : "rw");
