import { z } from "zod";
import { readableUri, type StartOptions, type StartPlan } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import { formatMost, isPrice, sumCredits } from "../../jobs/cost.ts";
import { gpuText } from "../../jobs/hardware.ts";
import { clampLine } from "../../jobs/output/lines.ts";
import { valuesText } from "../../jobs/start/sweep.ts";
import { formatSpan } from "../../jobs/time/durations.ts";
import { creditsText, plural, present } from "../../jobs/words.ts";
import { type Call, redactorFor } from "../../operations/caller.ts";
import { worstCase } from "../../operations/spending/problems.ts";
import { mountsOf } from "../../operations/start/mounts.ts";
import type { CheckedThing, OpenThing, Planned } from "../../operations/start/plan.ts";
import type { StartRequest } from "../../operations/start/request.ts";
import type { Unseen } from "../../operations/start/stored.ts";
import { ifAny, maybeFlag, maybeNumber, maybeText, maybeTexts, openObject, text, texts } from "../answers.ts";
import { linkDoubts } from "./link.ts";
import { problemText } from "./problems.ts";

/** Of the command as shown; what runs is never cut. */
const MAX_COMMAND_CHARS = 2000;
const MAX_OPTION_CHARS = 300;
const MAX_TABLE_ROWS = 20;
const GIB = 2 ** 30;
const HEADING = "Dry run: nothing was started.";

/** What would be started; only problems and count if that cannot be worked out. */
export const plan = openObject(
  {},
  {
    problems: texts,
    count: z.int(),
    where: maybeText,
    image: maybeText,
    command: maybeText,
    entrypoint: maybeText,
    preset: maybeText,
    gpu: maybeText,
    cpu: maybeNumber,
    memory_gib: maybeNumber,
    credits_per_hour: maybeText,
    worst_case_credits: maybeText,
    life_span_seconds: maybeNumber,
    mounts: maybeTexts,
    env_names: maybeTexts,
    secret_env: z.record(text, text).optional(),
    http_port: maybeNumber,
    http_auth: maybeFlag,
    restart_policy: maybeText,
    pass_config: maybeFlag,
    options: maybeTexts,
    available: maybeNumber,
    checked: maybeTexts,
    decided_at_start: maybeTexts,
    doubts: maybeTexts,
  },
);

interface PlanWords {
  caller: Call["caller"];
  /** How to start it. */
  next: string;
  /** Reasons to hesitate, none of which would make the platform refuse it. */
  doubts: readonly string[];
}

/** A plan as text and data. */
export function planReply(
  request: StartRequest,
  { plan, available, isHome, ...planned }: Planned,
  { caller, next, doubts: known }: PlanWords,
) {
  const doubts = [
    ...known,
    ...new Set(request.items.flatMap(({ toRun }) => toRun?.doubt ?? [])),
    ...(plan === undefined ? [] : linkDoubts(request, plan)),
  ];
  const problems = planned.problems.map(problemText);
  if (plan === undefined) {
    return {
      text: [HEADING, ...verdict(problems, { next, doubts, checked: [], open: [] })].join("\n"),
      data: { jobs: [], plan: { problems, count: request.items.length } },
    };
  }
  const checked = planned.checked.map((what) => THINGS[what]);
  const open = planned.open.map((thing) => openText(thing, plan));
  const data = {
    ...describe(request, plan, caller),
    available,
    problems,
    checked,
    decided_at_start: open,
    doubts: ifAny(doubts),
  };
  const warning = request.items[0]?.toRun?.warning;
  const lines = present([
    HEADING,
    ...present(planLines(data, request, isHome === true)).map(oneLine),
    warning && `Note: ${warning}`,
    ...verdict(problems, { next, doubts, checked, open }),
  ]);
  return { text: lines.join("\n"), data: { jobs: [], plan: data } };
}

function describe(request: StartRequest, plan: StartPlan, caller: Call["caller"]) {
  const { items, lifeSpanSeconds } = request;
  const { where, preset, body } = plan;
  const redact = redactorFor(caller, [{ container: { env: recordOf(body.env) } }]);
  const shown = (text: string, maxChars: number) => clampLine(redact(text).text, maxChars);
  const most = worstCase({ pricePerHour: preset.credits_per_hour, lifeSpanSeconds });
  const command = items[0]?.toRun?.command;
  const { entrypoint, http, restartPolicy } = items[0]?.options ?? {};
  return {
    where: `${where.cluster}/${where.org}/${where.project}`,
    count: items.length,
    image: clampLine(String(body.image), MAX_OPTION_CHARS),
    command: command === undefined ? undefined : shown(command, MAX_COMMAND_CHARS),
    preset: preset.name,
    cpu: preset.cpu,
    memory_gib: Math.round((preset.memory / GIB) * 10) / 10,
    gpu: gpuText(preset),
    credits_per_hour: isPrice(preset.credits_per_hour) ? preset.credits_per_hour : undefined,
    life_span_seconds: lifeSpanSeconds,
    worst_case_credits: most === undefined ? undefined : formatMost(sumCredits(items.map(() => most))),
    mounts: Object.values(mountsOf(plan)).flatMap((kind) =>
      kind.map(
        ({ uri, path, isReadOnly }) => `${readableUri(uri)} → ${path}${isReadOnly ? " (read-only)" : ""}`,
      ),
    ),
    env_names: Object.keys(recordOf(body.env)),
    secret_env: recordOf(body.secret_env),
    entrypoint: entrypoint === undefined ? undefined : redact(entrypoint).text,
    http_port: http?.port,
    http_auth: http && http.requiresAuth !== false,
    restart_policy: restartPolicy === "never" ? undefined : restartPolicy,
    pass_config: body.pass_config === true || undefined,
    options: optionTexts(items[0]?.options, (text) => shown(text, MAX_OPTION_CHARS)),
  };
}

/** The options that have no line of their own, a few words each. */
function optionTexts(options: StartOptions | undefined, shown: (text: string) => string): string[] {
  if (options === undefined) return [];
  const { workingDir, tags = [], description, scheduleTimeoutSeconds, energyScheduleName } = options;
  return present([
    options.tty && "tty",
    options.shm === false && "no shm",
    workingDir && `working_dir ${shown(workingDir)}`,
    tags.length > 0 && `tags ${shown(tags.join(", "))}`,
    description && `description "${shown(description)}"`,
    options.priority && `priority ${options.priority}`,
    scheduleTimeoutSeconds !== undefined && `schedule_timeout ${formatSpan(scheduleTimeoutSeconds)}`,
    energyScheduleName && `energy_schedule ${shown(energyScheduleName)}`,
    options.privileged && "privileged",
    options.waitForJobsQuota && "wait_for_quota",
  ]);
}

type Plan = ReturnType<typeof describe> & { available: number | undefined };

function planLines(plan: Plan, request: StartRequest, isHome: boolean) {
  const { count, cpu, memory_gib: memory, gpu, available, entrypoint, env_names: env } = plan;
  const hardware = present([`${cpu} CPU`, `${memory} GiB`, gpu]).join(", ");
  const which = plural(count, "", " (job 1)");
  const visitors = plan.http_auth ? "visitors log in" : "open to the internet, without a login";
  return [
    ...whatLines(plan, request, isHome),
    `image: ${plan.image}`,
    entrypoint && `entrypoint: ${entrypoint}, with the command as its arguments`,
    plan.command === undefined ? "command: the image's own" : `runs${which}: ${plan.command}`,
    `preset: ${plan.preset}, ${hardware}; ${roomText(available, count)}`,
    costLine(plan, request),
    plan.restart_policy && `restarts: ${plan.restart_policy}`,
    plan.pass_config && "login: yours is put into the job, whoever can enter it can act as you",
    plan.options.length > 0 && `options: ${plan.options.join("; ")}`,
    plan.http_port !== undefined && `published: port ${plan.http_port}, ${visitors}`,
    ...plan.mounts.map((mount) => `mount: ${mount}`),
    env.length > 0 && `env: ${env.join(", ")} (values not shown)`,
    ...Object.entries(plan.secret_env).map(([name, uri]) => `secret env: ${name} ← ${uri}`),
  ];
}

function whatLines({ count, where }: Plan, { items }: StartRequest, isHome: boolean): string[] {
  const place = isHome ? "" : ` in ${where}`;
  if (count === 1)
    return [`Would start ${clampLine(items[0]?.name ?? "a job without a name", MAX_OPTION_CHARS)}${place}.`];
  const rows = items
    .slice(0, MAX_TABLE_ROWS)
    .map(({ index, name, values }) => `  ${index}. ${name ?? "(no name)"} ${valuesText(values)}`.trimEnd());
  const more = count > MAX_TABLE_ROWS ? [`  … and ${count - MAX_TABLE_ROWS} more`] : [];
  return [`Would start ${count} jobs${place}:`, ...rows, ...more];
}

function costLine(plan: Plan, { lifeSpanSeconds }: StartRequest): string {
  const { count, worst_case_credits: most, credits_per_hour: price } = plan;
  if (price === undefined) return "cost: unknown, as no price per hour could be read.";
  const each = plural(count, "", " each");
  if (most === undefined || lifeSpanSeconds === undefined) {
    return `cost: ${creditsText(price)} per hour${each}; no life span, so no bound.`;
  }
  const all = plural(count, "", ` for all ${count}`);
  return `cost: ${creditsText(price)} per hour${each}, life span ${formatSpan(lifeSpanSeconds)}, so at most ${creditsText(most)}${all}.`;
}

function roomText(available: number | undefined, count: number): string {
  if (available === undefined) return "room now unknown";
  const counted = "autoscaling counted";
  if (available >= count) return `room for ${available}, ${counted}`;
  return `room for ${available} of ${count}, ${counted}; the rest would wait as pending`;
}

const THINGS: Record<CheckedThing | OpenThing["what"], string> = {
  arguments: "arguments",
  preset: "preset",
  project: "project",
  name: "name",
  limits: "limits",
  energy_schedule: "energy schedule",
  secrets: "secrets",
  disks: "disks",
  image: "image",
  quota: "quota",
  credits: "credits",
  privileged: "privileged jobs",
  priority: "a priority",
};

const UNSEEN: Record<Unseen, string> = {
  not_permitted: "no permission to list them",
  no_answer: "no answer",
  not_offered: "the cluster lists none",
};

function openText({ what, why }: OpenThing, { where: { cluster } }: StartPlan): string {
  if (what === "privileged" || what === "priority")
    return `whether cluster ${cluster} allows ${THINGS[what]}`;
  return why === undefined ? THINGS[what] : `${THINGS[what]} (${UNSEEN[why]})`;
}

/** What would refuse a start, or else what was looked at, and the doubts about it. */
function verdict(
  problems: readonly string[],
  {
    next,
    doubts,
    checked,
    open,
  }: Pick<PlanWords, "next" | "doubts"> & { checked: readonly string[]; open: readonly string[] },
): string[] {
  const listed = (texts: readonly string[]) => texts.map((text) => `- ${oneLine(text)}`);
  if (problems.length > 0) return ["It would be refused:", ...listed([...problems, ...doubts])];
  return [
    `Checked: ${checked.join(", ")}. Only the start shows: ${open.join(", ")}.`,
    ...(doubts.length === 0 ? [] : ["Doubts:", ...listed(doubts)]),
    next,
  ];
}

function recordOf(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}
