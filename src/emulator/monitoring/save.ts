import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { type Check, dict, required, text } from "../api/validate/check.ts";
import { DataError } from "../api/validate/data-error.ts";
import { valid } from "../api/validate/valid.ts";
import { pythonJson } from "../http/answer.ts";
import { readJson } from "../http/body.ts";
import type { MonitoringHttpRoute } from "../http/route.ts";
import type { JobRecord, MonitoringDeps } from "../state/job.ts";
import { containerId, notRunning } from "./running.ts";

const REFERENCE =
  /^(?<host>[a-z0-9.-]+(?::\d+)?)\/(?<repository>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::(?<tag>\w[\w.-]{0,127}))?$/;

interface Target {
  image: string;
  repository: string;
  /** Without one nothing is found to push, once all is committed. */
  tag: string | undefined;
}

/** Source: protocol reference 4.9. */
export function saveRoute(deps: MonitoringDeps): MonitoringHttpRoute {
  return {
    kind: "http",
    path: "/:id/save",
    methods: ["POST"],
    permission: "write",
    async handle({ job, cluster, request }, response) {
      const target = targetOf(await readJson(request), deps.registryHost(cluster));
      response.writeHead(200, { "Content-Type": "application/x-ndjson; charset=utf-8" });
      try {
        await save(deps, { job, target, response });
      } catch (error) {
        const text = `Unexpected error: ${error instanceof Error ? error.message : String(error)}`;
        line(response, failed(text));
      }
      response.end();
    },
  };
}

/** @throws {HttpError} 400 with the validator's text. */
function targetOf(body: unknown, registry: string): Target {
  const targets: Target[] = [];
  const image: Check<string> = (value) => {
    const reference = text()(value);
    targets.push(referenceOf(reference, registry));
    return reference;
  };
  valid(dict({ container: required(dict({ image: required(image) })) }), body);
  const [target] = targets;
  if (target === undefined) throw new TypeError("A body without an image passed its check.");
  return target;
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
  { lifecycle, images }: MonitoringDeps,
  { job, target, response }: { job: JobRecord; target: Target; response: ServerResponse },
): Promise<void> {
  const folder = lifecycle.folder(job.id);
  if (lifecycle.running(job.id) === undefined || folder === undefined) {
    line(response, failed(notRunning(job.id)));
    return;
  }
  const { image, repository, tag } = target;
  line(response, { status: "CommitStarted", details: { container: containerId(job), image } });
  if (tag !== undefined) await images.save(image, folder);
  line(response, { status: "CommitFinished" });
  if (tag === undefined) line(response, failed(`Image ${image} not found`));
  else for (const step of push({ image, repository, tag })) line(response, step);
}

/** The push of an image of two layers: what was there, and what the job wrote. Source: protocol reference 4.9. */
function push({ image, repository, tag }: Target & { tag: string }): object[] {
  const digest = createHash("sha256").update(`${image} ${Date.now()}`).digest("hex");
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

function line(response: ServerResponse, value: object): void {
  response.write(`${pythonJson(value)}\r\n`);
}
