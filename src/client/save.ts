import { field } from "../json.ts";
import type { CallOptions, Where } from "./call.ts";
import { type Connection, checkId, imageBase, monitoringUrl } from "./connection.ts";
import { invalidArgument, PlatformError } from "./errors.ts";
import { parseLine, textLines } from "./http/ndjson.ts";
import { shownWords } from "./http/server-error.ts";
import { imageToString, isPlatformImage, parseImage } from "./names/images.ts";
import { requireProject } from "./names/uris.ts";

/** One step of saving a job as an image. */
export interface SaveStep {
  kind: "commit-started" | "commit-finished" | "progress" | "saved";
  /** What the platform said, e.g. `Pushing`. */
  status: string;
  /** The layer a progress step is about. */
  layer?: string;
  /** Bytes of that layer pushed so far, and in all. */
  currentBytes?: number;
  totalBytes?: number;
  /** The saved image; set on the last step. */
  image?: string;
}

/**
 * The whole name of the image that a save would make of `image`.
 * @throws {PlatformError} `invalid_argument` for an image elsewhere
 */
export async function savedName(
  at: Connection,
  { image, where }: { image: string; where: Where | undefined },
  call?: CallOptions,
): Promise<string> {
  const base = await imageBase(at, where, call);
  requireProject(base.base);
  const target = parseImage(image, base);
  if (isPlatformImage(target)) return imageToString(target);
  throw invalidArgument(`"${image.slice(0, 80)}" is not in the platform's registry: write image:NAME:TAG.`, {
    about: "image",
  });
}

/**
 * Saves the job's container as an image in the platform's registry; the last step has its name.
 * @throws {PlatformError} `invalid_argument` for an image elsewhere · `platform_error` when it fails midway.
 * Source: protocol reference 4.9.
 */
export async function* saveJob(
  at: Connection,
  { id, image, where }: { id: string; image: string; where: Where | undefined },
  call?: CallOptions,
): AsyncGenerator<SaveStep, void> {
  const name = await savedName(at, { image, where }, call);
  const url = await monitoringUrl(at, { where, parts: [checkId(id), "save"] }, call);
  const what = `Saving ${id}`;
  const api = { what, method: "POST", url, json: { container: { image: name } }, mayBeSilent: true } as const;
  let count = 0;
  for await (const line of textLines(at.http.stream(api, call), what)) {
    yield toStep(parseLine(line, what), { count, what });
    count += 1;
  }
  if (count < 2) throw new PlatformError("protocol_error", `${what} broke off before it was committed.`);
  yield { kind: "saved", status: "Saved", image: name };
}

const FIRST_STEPS = ["CommitStarted", "CommitFinished"];

function toStep(line: Record<string, unknown>, { count, what }: { count: number; what: string }): SaveStep {
  if (line.error !== undefined) throw failed(line, what);
  const status = typeof line.status === "string" ? line.status : "";
  const due = FIRST_STEPS[count];
  if (due !== undefined && status !== due)
    throw new PlatformError(
      "protocol_error",
      `${what} failed: "${due}" was expected, the platform sent "${status.slice(0, 80)}".`,
    );
  if (count === 0) return { kind: "commit-started", status };
  if (count === 1) return { kind: "commit-finished", status };
  const current = field(line.progressDetail, "current");
  const total = field(line.progressDetail, "total");
  return {
    kind: "progress",
    status,
    ...(typeof line.id === "string" ? { layer: line.id } : {}),
    ...(typeof current === "number" ? { currentBytes: current } : {}),
    ...(typeof total === "number" ? { totalBytes: total } : {}),
  };
}

function failed(line: Record<string, unknown>, what: string): PlatformError {
  const said = [field(line.errorDetail, "message"), line.error].find((text) => typeof text === "string");
  const serverText = shownWords(String(said ?? "Unknown error"));
  return new PlatformError("platform_error", `${what} failed: ${serverText}`, { serverText });
}
