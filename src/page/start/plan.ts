import type { Plan } from "../data.ts";
import { h } from "../dom.ts";
import { duration, forPeople } from "../words.ts";

/** What would be started and what it would cost, in words for a person. */
export function planOf(plan: Plan): HTMLElement {
  const { problems = [], doubts = [] } = plan;
  const rows = rowsOf(plan).filter(([, value]) => value !== undefined && value !== "");
  return h(
    "div",
    { class: "plan" },
    problems.length > 0 && [h("p", { class: "refusal" }, "It would be refused:"), list(problems)],
    h(
      "dl",
      { class: "facts" },
      rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
    ),
    doubts.length > 0 && [h("p", {}, "Before you do:"), list(doubts)],
  );
}

function rowsOf(plan: Plan): [string, string | undefined][] {
  const { count = 1, cpu, memory_gib: memory, available, mounts = [], env_names: env = [] } = plan;
  const hardware = cpu === undefined ? undefined : `${cpu} CPU, ${memory} GiB`;
  const secrets = Object.entries(plan.secret_env ?? {}).map(([name, uri]) => `${name} from ${uri}`);
  const room = available === undefined ? "room unknown" : `room for ${available} now`;
  const login = plan.http_auth === true ? "visitors log in" : "open to the internet, without a login";
  return [
    ["Jobs", count > 1 ? String(count) : undefined],
    ["Project", plan.where],
    ["Image", plan.image],
    ["Entrypoint", plan.entrypoint],
    ["Command", plan.command ?? (plan.image && "the image's own")],
    ["Preset", [plan.preset, hardware, plan.gpu, plan.preset && room].filter(Boolean).join(", ")],
    ["Cost", costOf(plan)],
    ["Restarts", plan.restart_policy],
    [
      "Your login",
      plan.pass_config === true ? "put into the job: whoever can enter it can act as you" : undefined,
    ],
    ["Published", plan.http_port === undefined ? undefined : `port ${plan.http_port}, ${login}`],
    ["Mounts", mounts.join("\n")],
    ["Environment", env.length > 0 ? `${env.join(", ")} (values are not shown)` : undefined],
    ["Secrets", secrets.join("\n")],
    ["Options", plan.options?.join("; ")],
  ];
}

function costOf({ count = 1, ...plan }: Plan): string | undefined {
  const { credits_per_hour: price, worst_case_credits: most, life_span_seconds: seconds } = plan;
  if (price === undefined) return undefined;
  const hourly = `${price} credits per hour${count > 1 ? " each" : ""}`;
  if (most === undefined || seconds === undefined) return `${hourly}; no life span, so no bound`;
  return `${hourly}, life span ${duration(seconds)}, so at most ${most} credits`;
}

function list(items: readonly string[]): HTMLElement {
  return h(
    "ul",
    {},
    items.map((item) => h("li", {}, forPeople(item))),
  );
}
