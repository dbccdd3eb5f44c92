import { type App, repeat, type View } from "../app.ts";
import { isOver, type JobFacts, type Transition } from "../data.ts";
import { fill, h, tell } from "../dom.ts";
import type { Answer } from "../host/host.ts";
import { statusMark } from "../status.ts";
import { duration, forPeople, instant, shortId } from "../words.ts";
import { actions, execForm } from "./actions.ts";
import { Log } from "./log.ts";
import { measures } from "./measures.ts";
import { knownSteps, timeline } from "./timeline.ts";

const REFRESH_MS = 2000;

/** One job: where it stands and why, what happened to it, what it prints. */
export function jobView(app: App, id: string, first: Answer | undefined): View {
  const head = h("div", { class: "bar", role: "status" }, h("h1", {}, shortId(id)));
  const why = h("div", { class: "why", role: "status" });
  const facts = h("dl", { class: "facts" });
  const steps = h("div");
  const about = h("div", { class: "columns" }, card("About", facts), card("What happened", steps));
  const deeds = h("div", { class: "bar" });
  const live = h("div", { class: "columns" });
  const log = new Log(app, id);
  const use = measures(app, id);
  let drawn = "";
  let latest: JobFacts | undefined;

  const show = (job: JobFacts, transitions: readonly Transition[]) => {
    tell(head, h("h1", {}, job.name ?? shortId(id)), statusMark(job));
    tell(why, whyOf(job));
    fill(
      facts,
      factsOf(job, app).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
    );
    fill(steps, timeline(transitions, job));
    latest = job;
    if (drawn === job.status) return;
    drawn = job.status;
    fill(
      deeds,
      actions(app, () => latest ?? job, loop.now),
    );
    fill(live, use.follow(job), execForm(app, job));
  };
  const loop = repeat(app, REFRESH_MS, async () => {
    const { data } = await app.host.call("job_status", { jobs: [id] });
    const job = jobIn(data);
    if (job === undefined) throw new Error(`There is no job ${id} any more.`);
    if (isOver({ status: drawn }) && isOver(job)) return;
    show(job, await transitionsOf(app, job));
  });
  const known = jobIn(first?.data);
  if (known !== undefined) show(known, knownSteps(known));
  return {
    title: "Job",
    element: h("article", { class: "job" }, head, deeds, why, about, log.element, live),
    close() {
      loop.close();
      log.close();
      use.close();
    },
  };
}

function card(title: string, content: HTMLElement): HTMLElement {
  return h("section", { class: "card" }, h("h2", {}, title), content);
}

function jobIn(data: unknown): JobFacts | undefined {
  return (data as { jobs?: JobFacts[] } | undefined)?.jobs?.[0];
}

/** A host need not pass on resources: then the page knows what the tool told. */
async function transitionsOf(app: App, job: JobFacts): Promise<readonly Transition[]> {
  try {
    const { history } = JSON.parse(await app.host.read(job.uri)) as {
      history: { transitions: Transition[] };
    };
    return history.transitions;
  } catch {
    return knownSteps(job);
  }
}

/** The words of job_status; that it runs or ended well is in its state already. */
function whyOf({ why, next, certainty, status }: JobFacts): HTMLElement[] {
  if (status === "succeeded" || (status === "running" && next === undefined)) return [];
  const guess = certainty === "inferred" ? "Probably: " : "";
  return [
    h("p", {}, guess, forPeople(why)),
    ...(next === undefined ? [] : [h("p", { class: "next" }, forPeople(next))]),
  ];
}

function factsOf(job: JobFacts, app: App): [string, string | HTMLElement][] {
  const { http_url: url, life_span_left_seconds: left, run_time_seconds: ran = 0 } = job;
  const link = url && h("button", { class: "link", onclick: () => app.host.open(url) }, url);
  const spent = `${job.cost_credits} so far, ${job.credits_per_hour} per hour`;
  const all: [string, string | HTMLElement | undefined][] = [
    ["Id", job.id],
    ["Owner", job.owner ?? "you"],
    ["Created", instant(job.created_at)],
    ["Ran", ran > 0 ? duration(ran) : undefined],
    ["Credits", isOver(job) ? job.cost_credits : spent],
    ["Life span left", left === undefined ? undefined : duration(left)],
    ["Preset", job.preset],
    ["Image", job.image],
    ["Entrypoint", job.entrypoint],
    ["Command", job.command && h("code", {}, job.command)],
    ["Working folder", job.working_dir],
    ["URL", link],
    ["Mounts", job.mounts && list(job.mounts)],
    ["Tags", job.tags?.join(", ")],
    ["Environment", job.env_names && `${job.env_names.join(", ")} (values are not shown)`],
    ["Secrets", job.secret_env && list(job.secret_env)],
    ["Description", job.description],
    ["Restarts", job.restart_policy],
    ["Priority", job.priority],
  ];
  return all.flatMap(([name, value]): [string, string | HTMLElement][] => (value ? [[name, value]] : []));
}

function list(items: readonly string[]): HTMLElement {
  return h(
    "ul",
    {},
    items.map((item) => h("li", {}, item)),
  );
}
