import { type App, repeat, type View } from "./app.ts";
import { fill, h } from "./dom.ts";

const REFRESH_MS = 15_000;

export interface Context {
  user: string;
  mode: string;
  selected?: string;
  login?: string;
  limits?: {
    max_credits_per_job?: number;
    max_credits_per_hour?: number;
    max_jobs?: number;
    owned_only?: boolean;
  };
  used?: { jobs?: number; credits_per_hour?: string };
  versions?: { server?: string };
}

const MODES: Record<string, string> = {
  full: "jobs can be started, changed and killed",
  "no-destroy": "jobs can be started; nothing is ended",
  "read-only": "nothing is changed",
};

/** Who is logged in, what this server allows, and what is used of it. */
export function serverView(app: App): View {
  const facts = h("dl", { class: "facts" });
  const loop = repeat(app, REFRESH_MS, async () => {
    const { data } = await app.host.call("apolo_context", {});
    const rows = rowsOf(data as Context);
    fill(
      facts,
      rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
    );
  });
  const element = h("section", {}, h("h1", {}, "This server"), h("div", { class: "card" }, facts));
  return { title: "Server", element, close: () => loop.close() };
}

/** What is left of this server's limits; the platform does not say how many credits a project has left. */
export function allowanceOf({ limits = {}, used = {} }: Context): string {
  const { max_credits_per_hour: hourly, max_jobs: jobs, max_credits_per_job: each } = limits;
  const parts = [
    jobs !== undefined && `${used.jobs ?? 0} of ${jobs} active jobs`,
    hourly !== undefined && `${used.credits_per_hour ?? 0} of ${hourly} credits/h`,
    each !== undefined && `at most ${each} credits a job`,
  ].filter(Boolean);
  return parts.length === 0 ? "" : `Limits of this server: ${parts.join(" · ")}`;
}

function rowsOf({ user, mode, selected = "", login = "", limits = {}, used = {}, versions }: Context) {
  const { max_credits_per_job: perJob, max_credits_per_hour: perHour, max_jobs: jobs, owned_only } = limits;
  const of = (count: string | number = 0, most: number | undefined) =>
    most === undefined ? `${count}, no limit` : `${count} of ${most}`;
  return [
    ["User", user],
    ["Login", login],
    ["Project", selected],
    ["Mode", `${mode}: ${MODES[mode] ?? ""}`],
    ["Active jobs of this server", of(used.jobs, jobs)],
    ["Their credits per hour", of(used.credits_per_hour, perHour)],
    ["Credits of one job", perJob === undefined ? "no limit" : `at most ${perJob}`],
    [
      "Changes",
      owned_only === true ? "only jobs that this server started" : "any job that the user may change",
    ],
    ["Version", versions?.server ?? ""],
  ] as const;
}
