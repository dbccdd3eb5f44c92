import { createReadStream, createWriteStream, type Stats } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type ApiContext, demand } from "../context.ts";
import { empty, HttpError, json, text } from "../http/answer.ts";
import { type App, type Call, queryOf, streamed, userOf } from "../http/call.ts";
import { unquote } from "../state/names.ts";
import type { Action } from "../state/permissions.ts";

type Operation = (place: Place, call: Call) => Promise<Response>;

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
  MKDIRS: {
    method: "PUT",
    action: "write",
    run: async ({ file }) => mkdir(file, { recursive: true }).then(() => empty(201)),
  },
  WRITE: { method: "PATCH", action: "write", run: write },
  DELETE: { method: "DELETE", action: "write", run: remove },
};

/** Files of the storage: as much of their service as it takes to give a job its data. Source: protocol reference 1.7. */
export function storageRoutes(app: App, context: ApiContext, cluster: string): void {
  const base = `/${cluster}/storage`;
  app.on(["GET", "PUT", "PATCH", "POST", "DELETE"], [base, `${base}/*`], async (call) => {
    const user = userOf(call);
    const query = queryOf(call);
    const name = (query.get("op") ?? "").toUpperCase();
    const place = (path: string, action: Action) => placeOf(context, { cluster, path }, { user, action });
    const path = unquote(call.req.path.slice(base.length));
    const method = call.req.method.replace("HEAD", "GET");
    if (method === "POST" && name === "RENAME") {
      const [from, to] = [place(path, "write"), place(query.get("destination") ?? "", "write")];
      return orProblem(rename(from.file, to.file).then(() => empty()));
    }
    const operation = OPERATIONS[name];
    if (operation?.method !== method) throw problem(400, "EINVAL", `Unknown operation ${name}`);
    return orProblem(operation.run(place(path, operation.action), call));
  });
}

function placeOf(
  context: ApiContext,
  { cluster, path }: { cluster: string; path: string },
  { user, action }: { user: string; action: Action },
): Place {
  const parts = path.split("/").filter((part) => part !== "");
  if (parts.some((part) => part === ".." || part === "." || part.includes("\0")))
    throw problem(400, "EINVAL", "Invalid path");
  const uri = `storage://${[cluster, ...parts].join("/")}`;
  demand(context, user, { uri, action });
  const root = context.folders.storage(cluster, join(...parts.slice(0, 2), "."));
  return { file: join(root, ...parts.slice(2)), uri, action };
}

async function list({ file, action }: Place, { req }: Call): Promise<Response> {
  const names = await readdir(file);
  const statuses = await Promise.all(
    names.sort().map(async (name) => statusOf(name, await stat(join(file, name)), action)),
  );
  if (req.header("accept")?.includes("application/x-ndjson") !== true)
    return json({ FileStatuses: { FileStatus: statuses } });
  const lines = statuses.map((item) => `${JSON.stringify({ FileStatus: item })}\n`);
  return text(lines.join(""), 200, { "Content-Type": "application/x-ndjson" });
}

async function status({ file, action }: Place): Promise<Response> {
  return json({ FileStatus: statusOf(basename(file), await stat(file), action) });
}

async function open({ file }: Place, call: Call): Promise<Response> {
  const { size } = await stat(file);
  const handle = createReadStream(file);
  return streamed(call, handle, {
    "Content-Type": "application/octet-stream",
    "Content-Length": String(size),
  });
}

async function create({ file }: Place, { env }: Call): Promise<Response> {
  await mkdir(dirname(file), { recursive: true });
  await pipeline(env.incoming, createWriteStream(file));
  return empty(201);
}

async function write({ file }: Place, { env, req }: Call): Promise<Response> {
  const [, start] = /^bytes (\d+)-\d+\/(?:\*|\d+)$/.exec(req.header("content-range") ?? "") ?? [];
  if (start === undefined) throw problem(400, "EINVAL", "Content-Range is required");
  await pipeline(env.incoming, createWriteStream(file, { flags: "r+", start: Number(start) }));
  return empty(200);
}

async function remove({ file }: Place, call: Call): Promise<Response> {
  const recursive = ["1", "true"].includes(queryOf(call).get("recursive") ?? "true");
  const isFolder = (await stat(file)).isDirectory();
  if (isFolder && !recursive) throw problem(400, "EISDIR", "Target is a directory");
  await rm(file, { recursive });
  return empty();
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

/** Reports what the file system refuses by its error code. Source: protocol reference 2.3. */
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
