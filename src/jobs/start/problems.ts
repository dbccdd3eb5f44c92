import type { StartOptions } from "../../client/index.ts";

const MAX_TAGS = 15;
/** What Linux takes as one string of a program's environment, its end included. */
const MAX_ENV_BYTES = 131_072;
const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What the server's own tags begin with: they say which request started a job, whose server, and as what. */
const SERVER_TAG = /^mcp(?:-by|-as)?:/i;
const MAX_SCHEDULE_TIMEOUT_SECONDS = 2_592_000;

/**
 * What would be refused about a start, one sentence each; empty when nothing is known to be wrong. `ownTags` are
 * added to those asked for.
 * Source: protocol reference 3.8 (rows 10, 14) and 3.9.
 */
export function startProblems(options: StartOptions, ownTags: readonly string[] = []): string[] {
  const { name, tags = [], description, workingDir, http, scheduleTimeoutSeconds: timeout } = options;
  return [
    ...(name === undefined ? [] : nameProblems(name)),
    ...tagProblems(tags, ownTags),
    ...problem(
      description !== undefined && description.trim() === "",
      "description: it is blank; leave it out.",
    ),
    ...problem(
      workingDir?.startsWith("/") === false,
      `working_dir: "${cut(workingDir)}" is not absolute; it must start with /.`,
    ),
    ...problem(/[\r\n]/.test(workingDir ?? ""), "working_dir: it must be one line."),
    ...nulProblems(options),
    ...problem(
      http !== undefined && (http.port < 1 || http.port > 65_535),
      `http_port: ${http?.port} is not between 1 and 65535.`,
    ),
    ...problem(
      timeout !== undefined && (timeout < 1 || timeout >= MAX_SCHEDULE_TIMEOUT_SECONDS),
      "schedule_timeout: it must be at least 1 second and under 30 days.",
    ),
    ...envProblems(options),
  ];
}

/** The same for what depends on the preset. */
export function presetProblems(
  { scheduleTimeoutSeconds, energyScheduleName }: StartOptions,
  preset: { name: string; scheduler_enabled: boolean },
): string[] {
  const { name, scheduler_enabled: isScheduled } = preset;
  return [
    ...problem(
      isScheduled && scheduleTimeoutSeconds !== undefined,
      `schedule_timeout: not allowed with preset ${name}, whose jobs take turns.`,
    ),
    ...problem(
      !isScheduled && energyScheduleName !== undefined,
      `energy_schedule: only for presets whose jobs take turns; ${name} is not one of them.`,
    ),
  ];
}

/** A mount as it goes over the wire. */
export interface Mount {
  uri: string;
  path: string;
  isReadOnly: boolean;
}

/** The same for mounts of one kind (storage, secrets, disks). */
export function mountProblems(mounts: readonly Mount[], cluster: string): string[] {
  const seen = new Set<string>();
  return mounts.flatMap(({ uri, path }) => {
    const normal = path.replace(/(?!^)\/+$/, "");
    const twice = seen.has(normal);
    seen.add(normal);
    return [
      ...problem(!path.startsWith("/"), `volumes: mount path "${cut(path)}" is not absolute.`),
      ...problem(path.split("/").includes(".."), `volumes: mount path "${cut(path)}" must not contain "..".`),
      ...problem(twice, `volumes: two things are mounted at ${cut(path)}.`),
      ...problem(
        !uri.split("://")[1]?.startsWith(`${cluster}/`) && uri.split("://")[1] !== cluster,
        `volumes: ${cut(uri)} is not on the job's cluster ${cluster}.`,
      ),
    ];
  });
}

/** Why a text cannot be a job's name; nothing when it can. Source: protocol reference 3.9 */
export function nameProblems(name: string): string[] {
  const shown = cut(name);
  return [
    ...problem(
      name.length < 3 || name.length > 40,
      `name: "${shown}" has ${name.length} characters; 3 to 40 are allowed.`,
    ),
    ...problem(
      !/^[a-z](?:-?[a-z0-9])*$/.test(name),
      `name: "${shown}" is not valid: lower-case letters, digits and single hyphens between them, a letter first, e.g. ${suggestName(name)}.`,
    ),
    ...problem(name.startsWith("job-"), `name: it cannot start with job-; that is how ids start.`),
  ];
}

/** The nearest valid form of a name. */
function suggestName(name: string): string {
  const near = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 40)
    .replace(/-$/, "");
  return near.length < 3 ? "train-7b" : near;
}

function tagProblems(tags: readonly string[], own: readonly string[]): string[] {
  const count = tags.length + own.length;
  return [
    ...problem(
      count > MAX_TAGS,
      `tags: ${count} with this server's own ${own.length}; the platform allows ${MAX_TAGS}.`,
    ),
    ...[...tags, ...own].flatMap((tag) => [
      ...problem(tag.length < 1 || tag.length > 256, "tags: each has 1 to 256 characters."),
      ...problem(/\s/.test(tag), `tags: "${cut(tag)}" contains a blank.`),
    ]),
    ...tags.flatMap((tag) => [
      ...problem(
        SERVER_TAG.test(tag),
        `tags: "${cut(tag)}" is one that only this server gives; leave it out.`,
      ),
    ]),
  ];
}

/** No program can be given one, and no record of the platform can hold it. */
function nulProblems(options: StartOptions): string[] {
  const { command, entrypoint, workingDir, description, tags = [], volumes = [] } = options;
  const has = (text = "") => text.includes("\0");
  return [
    ...Object.entries({ command, entrypoint, working_dir: workingDir, description }).flatMap(([key, text]) =>
      problem(has(text), `${key}: it contains a NUL character.`),
    ),
    ...Object.entries({ tags, volumes }).flatMap(([key, texts]) =>
      problem(texts.some(has), `${key}: one contains a NUL character.`),
    ),
  ];
}

function envProblems({ env = {}, secretEnv = {}, passConfig }: StartOptions): string[] {
  const pairs = Object.entries(env);
  const all = [...pairs.map(([name]) => name), ...Object.keys(secretEnv)];
  return [
    ...problem(
      all.some((name) => name.trim() === ""),
      "env: a variable has no name.",
    ),
    ...problem(
      all.some((name) => /[=\0]/.test(name)),
      'env: a variable\'s name contains "=".',
    ),
    ...all
      .filter((name) => name.trim() !== "" && !/[=\0]/.test(name) && !SHELL_NAME.test(name))
      .map(
        (name) =>
          `env: "${cut(name)}" is not a valid variable name: use letters, digits and _, and no digit first.`,
      ),
    ...pairs.flatMap(([name, value]) => [
      ...problem(value.includes("\0"), `env: the value of ${cut(name)} contains a NUL character.`),
      ...problem(
        Buffer.byteLength(`${name}=${value}`) >= MAX_ENV_BYTES,
        `env: the value of ${cut(name)} is too long; no program can be started with more than ${MAX_ENV_BYTES / 1024} KiB in one variable.`,
      ),
    ]),
    ...problem(
      passConfig === true && all.includes("NEURO_PASSED_CONFIG"),
      "pass_config: the variable NEURO_PASSED_CONFIG is already set in env.",
    ),
  ];
}

function problem(applies: boolean, text: string): string[] {
  return applies ? [text] : [];
}

function cut(text = ""): string {
  return text.slice(0, 100);
}
