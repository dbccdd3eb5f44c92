import type { StartOptions } from "../../client/index.ts";

const MAX_TAGS = 15;
/** What Linux takes as one string of a program's environment, its end included. */
const MAX_ENV_BYTES = 131_072;
const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What the server's own tags begin with: they say which request started a job, whose server, and as what. */
const SERVER_TAG = /^mcp(?:-by|-as)?:/i;
const MAX_SCHEDULE_TIMEOUT_SECONDS = 2_592_000;

/** What would be refused about one argument of a start. `tools/start/faults.ts` has the words. */
export type StartFault =
  | { field: "name"; code: "name_length" | "name_like_id"; name: string }
  | { field: "name"; code: "name_form"; name: string; near: string }
  | { field: "tags"; code: "too_many_tags"; count: number; own: number; most: number }
  | { field: "tags"; code: "tag_length" | "tag_blank" | "server_tag"; tag: string }
  | { field: "working_dir"; code: "relative_folder"; folder: string }
  | { field: "http_port"; code: "no_port"; port: number }
  | { field: "schedule_timeout" | "energy_schedule"; code: "takes_turns" | "takes_no_turns"; preset: string }
  | { field: "env"; code: "variable_form" | "variable_nul"; variable: string }
  | { field: "env"; code: "variable_too_long"; variable: string; mostBytes: number }
  | { field: "volumes"; code: "relative_mount" | "mount_above" | "mounted_twice"; path: string }
  /** Of the caller's machine; `path` in the container, `name` the folder's own. */
  | { field: "volumes"; code: "local_folder"; folder: string; path: string; name: string }
  | { field: "volumes"; code: "other_cluster"; uri: string; cluster: string }
  | { field: string; code: FixedCode };

/** Where the argument says it all. */
type FixedCode =
  | ("blank" | "several_lines" | "nul" | "nul_in_one" | "schedule_timeout_range")
  | ("nameless_variable" | "variable_equals" | "config_in_env");

/**
 * What would be refused about a start; empty when nothing is known to be wrong. `ownTags` are added to those asked
 * for. Source: protocol reference 3.8 (rows 10, 14) and 3.9.
 */
export function startProblems(options: StartOptions, ownTags: readonly string[] = []): StartFault[] {
  const { name, tags = [], description, workingDir: folder, scheduleTimeoutSeconds: timeout } = options;
  const { port = 80 } = options.http ?? {};
  return [
    ...(name === undefined ? [] : nameProblems(name)),
    ...tagProblems(tags, ownTags),
    ...given(description?.trim() === "", { field: "description", code: "blank" }),
    ...given(folder?.startsWith("/") === false, {
      field: "working_dir",
      code: "relative_folder",
      folder: folder ?? "",
    }),
    ...given(/[\r\n]/.test(folder ?? ""), { field: "working_dir", code: "several_lines" }),
    ...nulProblems(options),
    ...localFolders(options),
    ...given(port < 1 || port > 65_535, { field: "http_port", code: "no_port", port }),
    ...given(timeout !== undefined && (timeout < 1 || timeout >= MAX_SCHEDULE_TIMEOUT_SECONDS), {
      field: "schedule_timeout",
      code: "schedule_timeout_range",
    }),
    ...envProblems(options),
  ];
}

/** The same for what depends on the preset. */
export function presetProblems(
  { scheduleTimeoutSeconds, energyScheduleName }: StartOptions,
  { name: preset, scheduler_enabled: takesTurns }: { name: string; scheduler_enabled: boolean },
): StartFault[] {
  return [
    ...given(takesTurns && scheduleTimeoutSeconds !== undefined, {
      field: "schedule_timeout",
      code: "takes_turns",
      preset,
    }),
    ...given(!takesTurns && energyScheduleName !== undefined, {
      field: "energy_schedule",
      code: "takes_no_turns",
      preset,
    }),
  ];
}

/** A mount as it goes over the wire. */
export interface Mount {
  uri: string;
  path: string;
  isReadOnly: boolean;
}

/** The same for mounts of one kind (storage, secrets, disks). */
export function mountProblems(mounts: readonly Mount[], cluster: string): StartFault[] {
  const seen = new Set<string>();
  return mounts.flatMap(({ uri, path }) => {
    const normal = path.replace(/(?!^)\/+$/, "");
    const isTaken = seen.has(normal);
    seen.add(normal);
    const [, place = ""] = uri.split("://");
    const field = "volumes";
    return [
      ...given(!path.startsWith("/"), { field, code: "relative_mount", path }),
      ...given(path.split("/").includes(".."), { field, code: "mount_above", path }),
      ...given(isTaken, { field, code: "mounted_twice", path }),
      ...given(place !== cluster && !place.startsWith(`${cluster}/`), {
        field,
        code: "other_cluster",
        uri,
        cluster,
      }),
    ];
  });
}

/** Why a text cannot be a job's name; nothing when it can. Source: protocol reference 3.9 */
export function nameProblems(name: string): StartFault[] {
  const field = "name";
  return [
    ...given(name.length < 3 || name.length > 40, { field, code: "name_length", name }),
    // A megabyte would be too much for the expression.
    ...given(!/^[a-z](?:-?[a-z0-9])*$/.test(name.slice(0, 1000)), {
      field,
      code: "name_form",
      name,
      near: nearName(name),
    }),
    ...given(name.startsWith("job-"), { field, code: "name_like_id", name }),
  ];
}

/** The nearest valid form of a name. */
function nearName(name: string): string {
  const near = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 40)
    .replace(/-$/, "");
  return near.length < 3 ? "train-7b" : near;
}

function tagProblems(tags: readonly string[], own: readonly string[]): StartFault[] {
  const count = tags.length + own.length;
  const field = "tags";
  return [
    ...given(count > MAX_TAGS, { field, code: "too_many_tags", count, own: own.length, most: MAX_TAGS }),
    ...[...tags, ...own].flatMap((tag) => [
      ...given(tag.length < 1 || tag.length > 256, { field, code: "tag_length", tag }),
      ...given(/\s/.test(tag), { field, code: "tag_blank", tag }),
    ]),
    ...tags.flatMap((tag) => given(SERVER_TAG.test(tag), { field, code: "server_tag", tag })),
  ];
}

/** What reads like `docker run -v`: a platform's volume begins with the name of what it is on. */
const LOCAL_FOLDER = /^(?:file:\/\/|[A-Za-z]:[\\/]|\\\\|\$\{?\w+\}?[/:]|(?:[/.~]|[^:/]+\/)[^:]*(?::|$))/;

const LONGEST_FOLDER = 255;

function localFolders({ volumes = [] }: StartOptions): StartFault[] {
  return volumes
    .filter((text) => LOCAL_FOLDER.test(text))
    .map((text) => {
      const [, folder = text, path = "/data"] = /^(.+):(\/[^:]*)(?::\w*)?$/s.exec(text) ?? [];
      const name = /([\w.-]*\w)[\\/]*$/.exec(folder.slice(-LONGEST_FOLDER))?.[1] ?? "data";
      return { field: "volumes", code: "local_folder", folder, path, name };
    });
}

/** No program can be given one, and no record of the platform can hold it. */
function nulProblems(options: StartOptions): StartFault[] {
  const { command, entrypoint, workingDir, description, tags = [], volumes = [] } = options;
  const has = (text = "") => text.includes("\0");
  return [
    ...Object.entries({ command, entrypoint, working_dir: workingDir, description }).flatMap(
      ([field, text]) => given(has(text), { field, code: "nul" }),
    ),
    ...Object.entries({ tags, volumes }).flatMap(([field, texts]) =>
      given(texts.some(has), { field, code: "nul_in_one" }),
    ),
  ];
}

function envProblems({ env = {}, secretEnv = {}, passConfig }: StartOptions): StartFault[] {
  const pairs = Object.entries(env);
  const all = [...pairs.map(([name]) => name), ...Object.keys(secretEnv)];
  const field = "env";
  return [
    ...given(
      all.some((name) => name.trim() === ""),
      { field, code: "nameless_variable" },
    ),
    ...given(
      all.some((name) => /[=\0]/.test(name)),
      { field, code: "variable_equals" },
    ),
    ...all
      .filter((name) => name.trim() !== "" && !/[=\0]/.test(name) && !SHELL_NAME.test(name))
      .map((variable) => ({ field, code: "variable_form", variable }) as const),
    ...pairs.flatMap(([variable, value]) => [
      ...given(value.includes("\0"), { field, code: "variable_nul", variable }),
      ...given(Buffer.byteLength(`${variable}=${value}`) >= MAX_ENV_BYTES, {
        field,
        code: "variable_too_long",
        variable,
        mostBytes: MAX_ENV_BYTES,
      }),
    ]),
    ...given(passConfig === true && all.includes("NEURO_PASSED_CONFIG"), {
      field: "pass_config",
      code: "config_in_env",
    }),
  ];
}

function given(applies: boolean, fault: StartFault): StartFault[] {
  return applies ? [fault] : [];
}
