import { readableUri, type StartPlan } from "../../../client/index.ts";
import { oneLine } from "../../../foreign.ts";
import { formatMost, sumCredits } from "../../../jobs/cost.ts";
import { clampLine } from "../../../jobs/output/log-text.ts";
import { valuesText } from "../../../jobs/start/sweep.ts";
import { formatSpan } from "../../../jobs/time/durations.ts";
import { creditsText } from "../../../jobs/words.ts";
import type { Call } from "../../../operations/caller.ts";
import { redactorFor } from "../../../operations/redactor.ts";
import { worstCase } from "../../../operations/spending/problems.ts";
import { mountsOf } from "../../../operations/start/check.ts";
import type { Planned } from "../../../operations/start/plan.ts";
import type { StartRequest } from "../../../operations/start/request.ts";
import { startOptions } from "./options.ts";
import { problemText } from "./problems.ts";
import { decidedAtStart, type PlanWords, verdict } from "./verdict.ts";

/** Longest command shown; the whole of it is what runs. */
const MAX_COMMAND_CHARS = 2000;
const MAX_OPTION_CHARS = 300;
const MAX_TABLE_ROWS = 20;
const GIB = 2 ** 30;

/** A plan as text and data. */
export function planReply(
  request: StartRequest,
  { plan, available, ...planned }: Planned,
  { caller, next, doubts: known }: PlanWords & Pick<Call, "caller">,
) {
  const doubts = [...known, ...commandDoubts(request)];
  const problems = planned.problems.map(problemText);
  if (plan === undefined) {
    return {
      text: [HEADING, ...verdict(problems, { next, doubts, open: [] })].join("\n"),
      data: { jobs: [], plan: { problems, count: request.items.length } },
    };
  }
  const open = decidedAtStart(request, plan);
  const data = {
    ...describe(request, plan, caller),
    ...(available === undefined ? {} : { available }),
    problems,
    decided_at_start: open,
    ...(doubts.length === 0 ? {} : { doubts }),
  };
  const end = verdict(problems, { next, doubts, open });
  const text = [HEADING, ...planLines(data, request).map(oneLine), ...warnings(request), ...end];
  return { text: text.join("\n"), data: { jobs: [], plan: data } };
}

const HEADING = "Dry run: nothing was started.";

function describe(request: StartRequest, plan: StartPlan, caller: Call["caller"]) {
  const { items, lifeSpanSeconds } = request;
  const { where, preset, body } = plan;
  const redact = redactorFor(caller, [{ container: { env: recordOf(body.env) } }]);
  const most = worstCase({ pricePerHour: preset.credits_per_hour, lifeSpanSeconds });
  const command = items[0]?.toRun?.command;
  const { entrypoint, http, restartPolicy } = items[0]?.options ?? {};
  return {
    where: `${where.cluster}/${where.org}/${where.project}`,
    count: items.length,
    image: String(body.image),
    ...(command === undefined ? {} : { command: clampLine(redact(command).text, MAX_COMMAND_CHARS) }),
    preset: preset.name,
    cpu: preset.cpu,
    memory_gib: Math.round((preset.memory / GIB) * 10) / 10,
    ...gpuOf(plan),
    credits_per_hour: preset.credits_per_hour,
    ...(lifeSpanSeconds === undefined ? {} : { life_span_seconds: lifeSpanSeconds }),
    ...(most === undefined ? {} : { worst_case_credits: formatMost(sumCredits(items.map(() => most))) }),
    mounts: Object.values(mountsOf(plan)).flatMap((kind) =>
      kind.map(
        ({ uri, path, isReadOnly }) => `${readableUri(uri)} → ${path}${isReadOnly ? " (read-only)" : ""}`,
      ),
    ),
    env_names: Object.keys(recordOf(body.env)),
    secret_env: recordOf(body.secret_env),
    ...(entrypoint === undefined ? {} : { entrypoint: redact(entrypoint).text }),
    ...(http === undefined ? {} : { http_port: http.port, http_auth: http.requiresAuth !== false }),
    ...(restartPolicy === undefined || restartPolicy === "never" ? {} : { restart_policy: restartPolicy }),
    ...(body.pass_config === true ? { pass_config: true } : {}),
    options: startOptions(items[0]?.options, (text) => clampLine(redact(text).text, MAX_OPTION_CHARS)),
  };
}

type Plan = ReturnType<typeof describe> & { available?: number };

function planLines(plan: Plan, request: StartRequest): string[] {
  const { count, cpu, memory_gib: memory, gpu, available } = plan;
  const hardware = [`${cpu} CPU`, `${memory} GiB`, ...(gpu === undefined ? [] : [gpu])].join(", ");
  const which = count === 1 ? "" : " (job 1)";
  return [
    ...whatLines(plan, request),
    `image: ${plan.image}`,
    ...(plan.entrypoint === undefined
      ? []
      : [`entrypoint: ${plan.entrypoint}, with the command as its arguments`]),
    plan.command === undefined
      ? "command: the image's own"
      : `command as it will be run${which}: ${plan.command}`,
    `preset: ${plan.preset}, ${hardware}; ${roomText(available, count)}`,
    costLine(plan, request),
    ...(plan.restart_policy === undefined ? [] : [`restarts: ${plan.restart_policy}`]),
    ...(plan.pass_config === true
      ? ["login: yours is put into the job, whoever can enter it can act as you"]
      : []),
    ...(plan.options.length === 0 ? [] : [`options: ${plan.options.join("; ")}`]),
    ...(plan.http_port === undefined
      ? []
      : [`published: port ${plan.http_port}, ${plan.http_auth ? "visitors log in" : "open to everyone"}`]),
    ...plan.mounts.map((mount) => `mount: ${mount}`),
    ...(plan.env_names.length === 0 ? [] : [`env: ${plan.env_names.join(", ")} (values not shown)`]),
    ...Object.entries(plan.secret_env).map(([name, uri]) => `secret env: ${name} ← ${uri}`),
  ];
}

function whatLines({ count, where }: Plan, { items }: StartRequest): string[] {
  if (count === 1) return [`Would start ${items[0]?.name ?? "a job without a name"} in ${where}.`];
  const rows = items
    .slice(0, MAX_TABLE_ROWS)
    .map(({ index, name, values }) => `  ${index}. ${name ?? "(no name)"} ${valuesText(values)}`.trimEnd());
  const more = count > MAX_TABLE_ROWS ? [`  … and ${count - MAX_TABLE_ROWS} more`] : [];
  return [`Would start ${count} jobs in ${where}:`, ...rows, ...more];
}

function costLine(plan: Plan, { lifeSpanSeconds }: StartRequest): string {
  const { count, worst_case_credits: most, credits_per_hour: price } = plan;
  const each = count === 1 ? "" : " each";
  if (most === undefined || lifeSpanSeconds === undefined) {
    return `cost: ${creditsText(price)} per hour${each}; no life span, so no bound.`;
  }
  const all = count === 1 ? "" : ` for all ${count}`;
  return `cost: ${creditsText(price)} per hour${each}, life span ${formatSpan(lifeSpanSeconds)}, so at most ${creditsText(most)}${all}.`;
}

function roomText(available: number | undefined, count: number): string {
  if (available === undefined) return "room now unknown";
  const counted = "counting nodes that autoscaling could still add";
  if (available >= count) return `room for ${available} now, ${counted}`;
  return `room for ${available} of ${count} now, ${counted}; the rest would wait as pending`;
}

function commandDoubts({ items }: StartRequest): string[] {
  return [...new Set(items.flatMap(({ toRun }) => toRun?.doubt ?? []))];
}

function warnings({ items }: StartRequest): string[] {
  const warning = items[0]?.toRun?.warning;
  return warning === undefined ? [] : [`Note: ${warning}`];
}

function gpuOf({ preset: { nvidia_gpu, amd_gpu, intel_gpu } }: StartPlan): { gpu?: string } {
  const gpu = nvidia_gpu ?? amd_gpu ?? intel_gpu;
  return gpu === undefined ? {} : { gpu: `${gpu.count} × ${gpu.model ?? "GPU"}` };
}

function recordOf(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}
