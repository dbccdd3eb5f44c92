import { hash } from "node:crypto";
import { PassThrough, type Writable } from "node:stream";
import type { ApiContext } from "../context.ts";
import { pythonJson } from "../http/answer.ts";
import { readJson, streamed } from "../http/call.ts";
import type { JobRecord } from "../state/job.ts";
import { registryHost } from "../state/names.ts";
import { type Check, DataError, dict, refine, text, valid } from "../validate/check.ts";
import { containerId, type HttpRoute, notRunning } from "./route.ts";

const REFERENCE =
  /^(?<host>[a-z0-9.-]+(?::\d+)?)\/(?<repository>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::(?<tag>\w[\w.-]{0,127}))?$/;

interface Target {
  image: string;
  repository: string;
  /** Without a tag the commit succeeds and the push finds nothing. */
  tag: string | undefined;
}

/** Source: protocol reference 4.9. */
export function saveRoute(deps: ApiContext): HttpRoute {
  return {
    path: "/:id/save",
    methods: ["POST"],
    permission: "write",
    async answer({ job, call }) {
      const target = targetOf(await readJson(call), registryHost(job.cluster));
      // What was begun is finished for a caller who leaves, too.
      const lines = new PassThrough().on("error", () => undefined);
      void save(deps, { job, target, lines })
        .catch((error: unknown) => {
          const shown = error instanceof Error ? error.message : String(error);
          line(lines, failed(`Unexpected error: ${shown}`));
        })
        .then(() => lines.end());
      return streamed(call, lines, { "Content-Type": "application/x-ndjson; charset=utf-8" });
    },
  };
}

function targetOf(body: unknown, registry: string): Target {
  const image: Check<Target> = refine(text(), (reference) => referenceOf(reference, registry));
  return valid(dict({ container: dict({ image }) }), body).container.image;
}

function referenceOf(image: string, registry: string): Target {
  const { host, repository, tag } = REFERENCE.exec(image)?.groups ?? {};
  if (host === undefined || repository === undefined) {
    const isShouted = REFERENCE.test(image.toLowerCase());
    throw new DataError(isShouted ? "repository name must be lowercase" : "invalid reference format");
  }
  if (host !== registry) throw new DataError("Unknown registry host");
  return { image, repository: `${host}/${repository}`, tag };
}

async function save(
  { lifecycle, images }: ApiContext,
  { job, target, lines }: { job: JobRecord; target: Target; lines: Writable },
): Promise<void> {
  const folder = lifecycle.folder(job.id);
  if (lifecycle.running(job.id) === undefined || folder === undefined)
    return line(lines, failed(notRunning(job.id)));
  const { image, repository, tag } = target;
  line(lines, { status: "CommitStarted", details: { container: containerId(job), image } });
  try {
    if (tag !== undefined) await images.save(image, folder);
  } catch (error) {
    if (lifecycle.running(job.id) !== undefined) throw error;
    // It was killed while its folder was copied.
    return line(lines, failed(notRunning(job.id)));
  }
  line(lines, { status: "CommitFinished" });
  if (tag === undefined) line(lines, failed(`Image ${image} not found`));
  else for (const step of push({ image, repository, tag })) line(lines, step);
}

/** The push of an image of two layers: what was there, and what the job wrote. Source: protocol reference 4.9. */
function push({ image, repository, tag }: Target & { tag: string }): object[] {
  const digest = hash("sha256", `${image} ${Date.now()}`);
  const [base, layer] = [digest.slice(0, 12), digest.slice(12, 24)];
  const total = 4096;
  return [
    { status: `The push refers to repository [${repository}]` },
    { id: base, status: "Preparing" },
    { id: layer, status: "Preparing" },
    { id: base, status: "Layer already exists" },
    ...[1024, total].map((current) => ({
      id: layer,
      status: "Pushing",
      progressDetail: { current, total },
      progress: `[${"=".repeat((current * 50) / total)}>]  ${current}B/${total}B`,
    })),
    { id: layer, status: "Pushed" },
    { status: `${tag}: digest: sha256:${digest} size: 1359` },
    { aux: { Tag: tag, Digest: `sha256:${digest}`, Size: 1359 } },
  ];
}

function failed(text: string): object {
  return { error: text, errorDetail: { message: text } };
}

function line(lines: Writable, value: object): void {
  lines.write(`${pythonJson(value)}\r\n`);
}
