import { imageToString, type JobDescription, type Where } from "../../client/index.ts";
import { whereIs } from "../../jobs/identity.ts";
import { formatSpan } from "../../jobs/time/durations.ts";
import { type Changes, mountPathOf } from "./again.ts";
import type { StartItem } from "./request.ts";

/** What was asked to be different, and is; of variables and mounts only the names. */
export type Change =
  | { what: Replaced; before: string | undefined; after: string | undefined }
  | { what: "command" }
  | { what: "life_span" }
  | { what: "env" | "secret_env" | "volumes" | "tags"; names: string[] };

type Replaced = "name" | "project" | "image" | "preset" | "restart_policy" | "priority" | "schedule_timeout";

/** What nobody asked to be different. */
export type NotKept =
  | { what: "name" | "schedule_timeout" | "energy_schedule"; before: string }
  /** The job had resources of its own. */
  | { what: "resources"; before: OwnResources; preset: string | undefined };

/** What a job has that was started without a preset. */
export type OwnResources = Pick<JobDescription["container"]["resources"], "cpu" | "memory">;

export function changesOf(job: JobDescription, { options }: StartItem, changes: Changes): Change[] {
  const span = (seconds: number | undefined) => (seconds === undefined ? undefined : formatSpan(seconds));
  const { where = {}, restartPolicy = "never", priority = "normal" } = options;
  const [here, there] = placesApart(whereIs(job), where);
  const pairs: [Replaced, string | undefined, string | undefined][] = [
    ["name", job.name, changes.name],
    ["project", here, there],
    ["image", imageToString(job.container.image), changes.image],
    ["preset", job.preset_name, changes.preset],
    ["restart_policy", job.restart_policy, restartPolicy],
    ["priority", job.priority, priority],
    ["schedule_timeout", span(job.schedule_timeout), span(options.scheduleTimeoutSeconds)],
  ];
  const lists = [
    ["tags", (changes.tags ?? []).filter((tag) => !job.tags.includes(tag))],
    ["volumes", (changes.volumes ?? []).map(mountPathOf)],
    ["env", Object.keys(changes.env ?? {})],
    ["secret_env", Object.keys(changes.secret_env ?? {})],
  ] as const;
  const isLonger = changes.life_span !== undefined && options.lifeSpanSeconds !== job.life_span;
  return [
    ...pairs.flatMap(([what, before, after]) =>
      after === undefined || before === after ? [] : [{ what, before, after }],
    ),
    ...(changes.command === undefined ? [] : [{ what: "command" as const }]),
    ...(isLonger ? [{ what: "life_span" as const }] : []),
    ...lists.flatMap(([what, names]) => (names.length === 0 ? [] : [{ what, names: [...names] }])),
  ];
}

/** What the new job cannot have of the old one: its name while that has it, what its preset rules out. */
export function notKeptOf(job: JobDescription, { options }: StartItem): NotKept[] {
  const { name, schedule_timeout: timeout, energy_schedule_name: schedule = "default" } = job;
  const { cpu, memory } = job.container.resources;
  const lost: NotKept[] = [];
  if (name !== undefined && options.name === undefined) lost.push({ what: "name", before: name });
  if (timeout !== undefined && options.scheduleTimeoutSeconds === undefined)
    lost.push({ what: "schedule_timeout", before: formatSpan(timeout) });
  if (schedule !== "default" && options.energyScheduleName === undefined)
    lost.push({ what: "energy_schedule", before: schedule });
  if (job.preset_name === undefined)
    lost.push({ what: "resources", before: { cpu, memory }, preset: options.preset });
  return lost;
}

/** Two places as short as tells them apart. */
function placesApart(
  here: ReturnType<typeof whereIs>,
  { cluster = here.cluster, org = here.org, project = here.project }: Where,
): [string, string] {
  const depth = cluster !== here.cluster ? 0 : org !== here.org ? 1 : 2;
  const text = (...parts: (string | undefined)[]) => parts.slice(depth).join("/");
  return [text(here.cluster, here.org, here.project), text(cluster, org, project)];
}
