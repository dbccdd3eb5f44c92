import { createReadStream, createWriteStream, type Stats } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { HttpError } from "../http/http-error.ts";
import type { Answer, ApiCall, ApiRoute } from "../http/router.ts";
import type { Action } from "../state/permissions.ts";
import type { ApiContext } from "./context.ts";

type Operation = (place: Place, call: ApiCall) => Promise<Answer | undefined>;

interface Place {
  /** On the host. */
  file: string;
  uri: string;
  action: Action;
}

const OPERATIONS: Record<string, { method: string; action: Action; run: Operation }> = {
  LISTSTATUS: { method: "GET", action: "read", run: list },
  GETFILESTATUS: { method: "GET", action: "read", run: status },
  OPEN: { method: "GET", action: "read", run: open },
  CREATE: { method: "PUT", action: "write", run: create },
  MKDIRS: { method: "PUT", action: "write", run: makeFolder },
  WRITE: { method: "PATCH", action: "write", run: write },
  DELETE: { method: "DELETE", action: "write", run: remove },
};

/** Files of the storage: as much of their service as it takes to give a job its data. Source: protocol reference 1.7. */
export function storageRoutes(context: ApiContext, cluster: string): ApiRoute[] {
  const route = (method: string): ApiRoute => ({
    method,
    path: `/${cluster}/storage/*`,
    auth: "needed",
    async handle(call) {
      const name = (call.query.get("op") ?? "").toUpperCase();
      const path = call.params["*"] ?? "";
      if (method === "POST" && name === "RENAME") return renameTo(context, { cluster, path }, call);
      const operation = OPERATIONS[name];
      if (operation?.method !== method) throw problem(400, "EINVAL", `Unknown operation ${name}`);
      const place = placeOf(context, { cluster, path }, { user: call.user, action: operation.action });
      return orProblem(operation.run(place, call));
    },
  });
  return ["GET", "PUT", "PATCH", "POST", "DELETE"].map(route);
}

function placeOf(
  { permissions, folders }: ApiContext,
  { cluster, path }: { cluster: string; path: string },
  { user, action }: { user: string; action: Action },
): Place {
  const parts = path.split("/").filter((part) => part !== "");
  if (parts.some((part) => part === ".." || part === "." || part.includes("\0")))
    throw problem(400, "EINVAL", "Invalid path");
  const uri = `storage://${[cluster, ...parts].join("/")}`;
  const missing = permissions.missing(user, [{ uri, action }]);
  if (missing.length > 0) throw new HttpError(403, { missing });
  const root = folders.storage(cluster, join(...parts.slice(0, 2), "."));
  return { file: join(root, ...parts.slice(2)), uri, action };
}

async function list({ file, action }: Place, { request }: ApiCall): Promise<Answer> {
  const names = await readdir(file);
  const statuses = await Promise.all(
    names.sort().map(async (name) => statusOf(name, await stat(join(file, name)), action)),
  );
  if (request.headers.accept?.includes("application/x-ndjson") !== true)
    return { status: 200, json: { FileStatuses: { FileStatus: statuses } } };
  const text = statuses.map((item) => `${JSON.stringify({ FileStatus: item })}\n`).join("");
  return { status: 200, text, headers: { "Content-Type": "application/x-ndjson" } };
}

async function status({ file, action }: Place): Promise<Answer> {
  return { status: 200, json: { FileStatus: statusOf(basename(file), await stat(file), action) } };
}

async function open({ file }: Place, { response }: ApiCall): Promise<undefined> {
  const { size } = await stat(file);
  response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": size });
  await pipeline(createReadStream(file), response);
  return undefined;
}

async function create({ file }: Place, { request }: ApiCall): Promise<Answer> {
  await mkdir(dirname(file), { recursive: true });
  await pipeline(request, createWriteStream(file));
  return { status: 201 };
}

/** Writes a part of a file that is there. */
async function write({ file }: Place, { request }: ApiCall): Promise<Answer> {
  const range = /^bytes (?<start>\d+)-(?<end>\d+)\/(?:\*|\d+)$/.exec(
    request.headers["content-range"] ?? "",
  )?.groups;
  if (range === undefined) throw problem(400, "EINVAL", "Content-Range is required");
  await pipeline(request, createWriteStream(file, { flags: "r+", start: Number(range.start) }));
  return { status: 200 };
}

async function makeFolder({ file }: Place): Promise<Answer> {
  await mkdir(file, { recursive: true });
  return { status: 201 };
}

async function remove({ file }: Place, { query }: ApiCall): Promise<Answer> {
  const recursive = ["1", "true"].includes(query.get("recursive") ?? "true");
  const isFolder = (await stat(file)).isDirectory();
  if (isFolder && !recursive) throw problem(400, "EISDIR", "Target is a directory");
  await rm(file, { recursive });
  return { status: 204 };
}

async function renameTo(
  context: ApiContext,
  from: { cluster: string; path: string },
  { user, query }: ApiCall,
): Promise<Answer> {
  const rights = { user, action: "write" as const };
  const source = placeOf(context, from, rights);
  const target = placeOf(context, { cluster: from.cluster, path: query.get("destination") ?? "" }, rights);
  return orProblem(rename(source.file, target.file).then(() => ({ status: 204 })));
}

function statusOf(path: string, stats: Stats, permission: Action): object {
  return {
    path,
    type: stats.isDirectory() ? "DIRECTORY" : "FILE",
    length: stats.isDirectory() ? 0 : stats.size,
    modificationTime: Math.floor(stats.mtimeMs / 1000),
    permission,
  };
}

/** What the system refuses is said with its own name for it. Source: protocol reference 2.3. */
async function orProblem<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
    if (code === undefined || error instanceof HttpError) throw error;
    throw problem(code === "ENOENT" ? 404 : 400, code, code === "ENOENT" ? "File not found" : code, error);
  }
}

function problem(statusCode: number, errno: string, ...[error, cause]: [string, unknown?]): HttpError {
  return new HttpError(statusCode, { error, errno }, { cause });
}
