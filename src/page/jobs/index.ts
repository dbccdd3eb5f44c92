import { type App, repeat, type View } from "../app.ts";
import { isOver, type JobList, type JobRow } from "../data.ts";
import { fill, h, tell } from "../dom.ts";
import type { Answer } from "../host/host.ts";
import { allowanceOf, type Context } from "../server.ts";
import { statusMark } from "../status.ts";
import { age, duration, instant, messageOf, plural, shortId } from "../words.ts";
import { filters } from "./filters.ts";
import { Rows } from "./rows.ts";

const REFRESH_MS = 5000;
const ALLOWANCE_MS = 30_000;
const PAGE = 100;
/** Of a further page: the most that job_list gives. */
const FURTHER = 200;
const STATUSES = ["running", "pending", "suspended", "failed", "succeeded", "cancelled"];
const COLUMNS = ["Status", "Name", "Owner", "Preset", "Age", "Ran", "Credits", "Per hour"];

type Args = Record<string, unknown>;

/** The jobs of the place, live, with the filters of job_list. */
export function jobsView(app: App, args: Args, first: Answer | undefined): View {
  const jobs = new Jobs(app, args, first);
  return { title: "Jobs", element: jobs.element, close: () => jobs.close() };
}

class Jobs {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #bar = h("div");
  readonly #tally = h("div", { class: "tally", role: "group", "aria-label": "Filter by status" });
  readonly #sums = h("p", { class: "sums", role: "status" });
  readonly #empty = h("p", { class: "empty", hidden: true });
  readonly #rows: Rows<JobRow>;
  readonly #allowance = h("p", { class: "limits", role: "status" });
  readonly #loops: ReturnType<typeof repeat>[];
  readonly #refresh: () => void;
  #args: Args;
  #list: JobList = { jobs: [] };
  /** Where a status is filtered by, how many have the others is known from before. */
  #counts: Record<string, number> = {};
  #isLoading = false;

  constructor(app: App, { limit: _, cursor: __, ...args }: Args, first: Answer | undefined) {
    this.#app = app;
    this.#args = args;
    this.#rows = new Rows<JobRow>({
      label: "Jobs",
      head: head(),
      row: (job) => cells(job, app),
      nearEnd: () => void this.#more(),
    });
    const parts = [this.#bar, this.#tally, this.#sums, this.#allowance, this.#rows.element, this.#empty];
    this.element = h("section", { class: "jobs" }, h("h1", { class: "hidden" }, "Jobs"), parts);
    this.#drawFilters();
    // Data of the tool that the page was opened for.
    if (first !== undefined) this.#show(first.data as JobList);
    const list = repeat(app, REFRESH_MS, async () => {
      const page = await this.#ask({});
      if (page !== undefined) this.#show(page);
    });
    this.#refresh = list.now;
    this.#loops = [list, repeat(app, ALLOWANCE_MS, () => this.#showAllowance())];
  }

  async #showAllowance(): Promise<void> {
    if (!this.#app.tools.has("apolo_context")) return;
    const { data } = await this.#app.host.call("apolo_context", {});
    tell(this.#allowance, allowanceOf(data as Context));
  }

  close(): void {
    for (const loop of this.#loops) loop.close();
  }

  /** Undefined where something else is asked for meanwhile. */
  async #ask(page: Args): Promise<JobList | undefined> {
    const asked = this.#args;
    const { data } = await this.#app.host.call("job_list", { ...asked, limit: PAGE, ...page });
    return asked === this.#args ? (data as JobList) : undefined;
  }

  #change(args: Args): void {
    const isOnlyStatus = rest(args) === rest(this.#args);
    this.#args = args;
    this.#list = { jobs: [] };
    if (!isOnlyStatus) this.#counts = {};
    this.#rows.top();
    this.#drawFilters();
    this.#refresh();
  }

  #drawFilters(): void {
    fill(
      this.#bar,
      filters(this.#app.tools.get("job_list") ?? {}, this.#args, (args) => this.#change(args)),
    );
  }

  /** Takes the newest page; what was scrolled to beyond it stays. */
  #show(page: JobList): void {
    const fresh = new Set(page.jobs.map(({ id }) => id));
    const isContinued = this.#list.jobs.some(({ id }) => fresh.has(id));
    const older = isContinued ? this.#list.jobs.slice(PAGE).filter(({ id }) => !fresh.has(id)) : [];
    const cursor = older.length > 0 ? cursorOf(this.#list) : cursorOf(page);
    const { next_cursor: _, ...facts } = page;
    this.#list = { ...facts, ...cursor, jobs: [...page.jobs, ...older] };
    this.#counts = this.#args.status === undefined ? { ...page.counts } : { ...this.#counts, ...page.counts };
    this.#draw();
  }

  #draw(): void {
    const { jobs } = this.#list;
    const choose = (status: string | undefined) => {
      const { status: _, ...args } = this.#args;
      this.#change(status === undefined ? args : { ...args, status: [status] });
    };
    const more = this.#list.counts_of_newest === undefined ? "" : "+";
    fill(this.#tally, tallyOf(this.#counts, { chosen: this.#args.status, more, choose }));
    tell(this.#sums, sumsOf(this.#list));
    this.#drawRows();
    this.#rows.element.hidden = jobs.length === 0;
    this.#empty.hidden = jobs.length > 0;
    const isFiltered = Object.keys(this.#args).length > 0;
    tell(this.#empty, isFiltered ? "No job fits these filters." : "There are no jobs here yet.");
  }

  #drawRows(): void {
    const { jobs, next_cursor, counts, counts_of_newest } = this.#list;
    const most = counts_of_newest === undefined ? Math.max(sumOf(counts), jobs.length + 1) : undefined;
    this.#rows.show(jobs, next_cursor === undefined ? jobs.length : most);
  }

  async #more(): Promise<void> {
    const { next_cursor: cursor } = this.#list;
    if (this.#isLoading || cursor === undefined) return;
    this.#isLoading = true;
    try {
      const page = await this.#ask({ cursor, limit: FURTHER });
      if (page !== undefined) this.#append(page);
    } catch (error) {
      this.#app.trouble(messageOf(error));
    } finally {
      this.#isLoading = false;
    }
    this.#drawRows();
  }

  #append(page: JobList): void {
    const known = new Set(this.#list.jobs.map(({ id }) => id));
    const { next_cursor: _, jobs, ...facts } = this.#list;
    const older = page.jobs.filter(({ id }) => !known.has(id));
    this.#list = { ...facts, ...cursorOf(page), jobs: [...jobs, ...older] };
  }
}

function head(): HTMLElement {
  const names = COLUMNS.map((name, index) => h("span", { role: "columnheader", class: `c${index}` }, name));
  return h("div", { class: "row", role: "row", "aria-rowindex": 1 }, names);
}

/** All filters but the status, for comparing. */
function rest({ status: _, ...args }: Args): string {
  return JSON.stringify(args);
}

function sumOf(counts: Record<string, number> = {}): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function cursorOf({ next_cursor }: JobList): Partial<JobList> {
  return next_cursor === undefined ? {} : { next_cursor };
}

function cells(job: JobRow, app: App): HTMLElement[] {
  const { id, name = shortId(id), owner = "you", preset = "", created_at, run_time_seconds = 0 } = job;
  const open = () => app.go({ view: "job", id });
  const ran = run_time_seconds > 0 ? duration(run_time_seconds) : "";
  const hourly = isOver(job) ? "" : (job.credits_per_hour ?? "");
  return [
    statusMark(job),
    h("button", { class: "link", onclick: open, title: id }, name),
    owner,
    preset,
    h("time", { datetime: created_at, title: instant(created_at) }, age(created_at)),
    ran,
    job.credits ?? "",
    hourly && h("span", {}, hourly, h("span", { class: "unit" }, "/h")),
  ].map((content, index) => h("span", { role: "cell", class: `c${index}` }, content));
}

function tallyOf(
  counts: Record<string, number>,
  { chosen, more, choose }: { chosen: unknown; more: string; choose: (status: string | undefined) => void },
) {
  const selected = Array.isArray(chosen) ? chosen.map(String) : [];
  const all = sumOf(counts);
  const button = (status: string | undefined, count: number) => {
    const isOn = status === undefined ? selected.length === 0 : selected.includes(status);
    const onclick = () => choose(isOn ? undefined : status);
    return h(
      "button",
      { class: `chip ${status ?? ""}`, "data-key": status ?? "all", "aria-pressed": String(isOn), onclick },
      h("b", {}, count.toLocaleString("en"), more),
      ` ${status ?? "all"}`,
    );
  };
  const present = STATUSES.filter((status) => counts[status] !== undefined || selected.includes(status));
  // active and finished mean several.
  const groups = selected.filter((status) => !STATUSES.includes(status)).map((status) => button(status, all));
  return [button(undefined, all), ...groups, ...present.map((status) => button(status, counts[status] ?? 0))];
}

function sumsOf({ counts = {}, counts_of_newest: newest, credits, gpu_hours, spending }: JobList): string {
  const jobs = sumOf(counts);
  if (jobs === 0) return "";
  return [
    newest === undefined
      ? plural(jobs, "job")
      : `${plural(jobs, "job")} of the newest ${newest.toLocaleString("en")}`,
    credits?.total && `${credits.total} credits so far`,
    gpu_hours?.total && `${gpu_hours.total} GPU hours`,
    spending?.credits_per_hour && `${spending.credits_per_hour} credits/h now`,
    spending?.once_all_run && `${spending.once_all_run} credits/h once all run`,
  ]
    .filter(Boolean)
    .join(" · ");
}
