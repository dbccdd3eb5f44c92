import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Launch, Mount } from "../run/launch.ts";
import type { JobRecord } from "../state/job.ts";
import { namespaceOf, orgProjectHash, unquote } from "../state/names.ts";
import { splitWords } from "../state/shell-words.ts";
import type { LifecycleDeps } from "./deps.ts";

type Sources = Pick<LifecycleDeps, "folders" | "secrets" | "disks" | "memoryBytes">;

/** Names of secrets and disks a job asks for that do not exist. Source: protocol reference 3.11. */
export function missing(job: JobRecord, { secrets, disks }: Sources): string | undefined {
  const { secret_env, secret_volumes, disk_volumes } = job.container;
  const keys = [...Object.values(secret_env), ...secret_volumes.map((volume) => volume.src_secret_uri)];
  const quoted = (uris: readonly string[]) => uris.map((uri) => `'${lastOf(uri)}'`);
  const lost = quoted(keys.filter((uri) => secrets.get(pathOf(uri)) === undefined));
  if (lost.length > 0) return `Missing secrets: ${[...new Set(lost)].sort().join(", ")}`;
  const uris = disk_volumes.map((volume) => volume.src_disk_uri);
  const gone = quoted(uris.filter((uri) => diskOf(uri, disks) === undefined));
  return gone.length === 0 ? undefined : `Missing disks: ${gone.join(", ")}`;
}

export function needsMounts({ container }: JobRecord): boolean {
  return container.volumes.length + container.secret_volumes.length + container.disk_volumes.length > 0;
}

/** What the operating system needs to run a job. Source: protocol reference 3.5. */
export function launchOf(job: JobRecord, sources: Sources): Launch {
  const { container, id } = job;
  return {
    jobId: id,
    argv: argvOf(job),
    env: envOf(job, sources),
    folder: sources.folders.job(join(id, "root")),
    workingDir: container.working_dir,
    memoryBytes: Math.min(container.resources.memory, sources.memoryBytes),
    tty: container.tty,
    privileged: job.privileged,
    shm: container.resources.shm === true,
    mounts: mountsOf(job, sources),
  };
}

/** An image without a command of its own starts a shell, which waits on the open stdin. */
function argvOf({ container }: JobRecord): string[] {
  const argv = [container.entrypoint, container.command].flatMap((words) =>
    words === undefined ? [] : splitWords(words),
  );
  return argv.length === 0 ? ["sh"] : argv;
}

function envOf(job: JobRecord, sources: Sources): Record<string, string> {
  const { container, name } = job;
  const namespace = namespaceOf(job.org, job.project);
  const secret = (uri: string) => sources.secrets.get(pathOf(uri)) ?? "";
  const secrets = Object.entries(container.secret_env).map(([key, uri]) => [key, secret(uri)]);
  return {
    ...container.env,
    ...Object.fromEntries(secrets),
    NEURO_JOB_ID: job.id,
    NEURO_JOB_NAME: name ?? "",
    NEURO_JOB_OWNER: job.owner,
    NEURO_JOB_CLUSTER: job.cluster,
    NEURO_JOB_INTERNAL_HOSTNAME: `${job.id}.${namespace}`,
    NEURO_JOB_INTERNAL_HOSTNAME_NAMED:
      name === undefined ? "" : `${name}--${orgProjectHash(job.org, job.project)}.${namespace}`,
    NEURO_JOB_HTTP_PORT: container.http === undefined ? "" : String(container.http.port),
    NEURO_JOB_HTTP_AUTH: container.http?.requires_auth === true ? "True" : "",
    ...(job.presetName === undefined ? {} : { NEURO_JOB_PRESET: job.presetName }),
  };
}

function mountsOf({ id, container, cluster }: JobRecord, { folders, secrets, disks }: Sources): Mount[] {
  const storage = container.volumes.map(({ src_storage_uri, dst_path, read_only }) => ({
    source: folders.storage(cluster, pathOf(src_storage_uri).slice(cluster.length + 1)),
    target: dst_path,
    readOnly: read_only,
  }));
  const files = container.secret_volumes.map(({ src_secret_uri, dst_path }, index) => {
    const source = join(folders.job(join(id, "secrets")), String(index));
    writeFileSync(source, secrets.get(pathOf(src_secret_uri)) ?? "", { mode: 0o600 });
    return { source, target: dst_path, readOnly: true };
  });
  const persistent = container.disk_volumes.map(({ src_disk_uri, dst_path, read_only }) => ({
    source: folders.disk(diskOf(src_disk_uri, disks) ?? lastOf(src_disk_uri)),
    target: dst_path,
    readOnly: read_only,
  }));
  return [...storage, ...files, ...persistent];
}

/** The disk's id, found by id or by name. Source: protocol reference 6.3. */
export function diskOf(uri: string, disks: Sources["disks"]): string | undefined {
  const path = pathOf(uri);
  const found = [...disks.values()].find(({ id, name, cluster, org, project }) => {
    const base = `${cluster}/${org}/${project}`;
    return path === `${base}/${id}` || (name !== undefined && path === `${base}/${name}`);
  });
  return found?.id;
}

/** `cluster/org/project/rest` of a URI. */
function pathOf(uri: string): string {
  return unquote(uri.slice(uri.indexOf("://") + 3)).replace(/\/+$/, "");
}

function lastOf(uri: string): string {
  return pathOf(uri).split("/").at(-1) ?? "";
}
