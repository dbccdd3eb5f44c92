import type { App, Place, View } from "./app.ts";
import { compareView } from "./compare.ts";
import { fill, h, tell } from "./dom.ts";
import { BrowserHost } from "./host/browser.ts";
import { ConversationHost } from "./host/conversation.ts";
import { CallError, type Host, type Opening, type Tools } from "./host/host.ts";
import { jobView } from "./job/index.ts";
import { jobsView } from "./jobs/index.ts";
import { presetsView } from "./presets.ts";
import { reportView } from "./report.ts";
import { serverView } from "./server.ts";
import { startView } from "./start/index.ts";
import { messageOf } from "./words.ts";

const TABS = [
  ["jobs", "Jobs", "job_list"],
  ["presets", "Presets", "job_capacity"],
  ["compare", "Compare", "job_compare"],
  ["report", "Report", "job_report"],
  ["server", "Server", "apolo_context"],
] as const satisfies (readonly [Place["view"], string, string])[];

/** How long something that passes is shown. */
const NEWS_MS = 8000;

const page = h("main", { id: "page" }, h("p", { class: "empty" }, "Loading…"));
const nav = h("nav", { "aria-label": "Views" });
const banner = h("div", { class: "banner", role: "alert", hidden: true });
const news = h("div", { class: "news", role: "status" });

document.body.append(h("header", {}, nav), banner, page, news);

function start(host: Host, tools: Tools): App {
  let view: View | undefined;
  let forgetting: ReturnType<typeof setTimeout> | undefined;
  const app: App = {
    host,
    tools,
    go(place) {
      view?.close?.();
      app.trouble(undefined);
      view = viewOf(app, place);
      document.title = `${view.title} · Apolo`;
      drawNav(app, place);
      fill(page, view.element);
      if (!host.isConversation) keepPlace(place);
    },
    say(text) {
      tell(news, text);
      clearTimeout(forgetting);
      forgetting = setTimeout(() => fill(news), NEWS_MS);
    },
    trouble(text) {
      banner.hidden = text === undefined;
      tell(banner, text && `${text} Trying again.`);
    },
  };
  return app;
}

function viewOf(app: App, { view, id, args = {}, answer }: Place): View {
  if (view === "job" && id !== undefined) return jobView(app, id, answer);
  switch (view) {
    case "presets":
      return presetsView(app, args, answer);
    case "compare":
      return compareView(app, args, answer);
    case "report":
      return reportView(app, args, answer);
    case "server":
      return serverView(app);
    case "start":
      return startView(app, id);
    default:
      return jobsView(app, args, answer);
  }
}

function drawNav(app: App, place: Place): void {
  const isHere = (view: string) => view === place.view || (place.view === "job" && view === "jobs");
  fill(
    nav,
    TABS.filter(([, , tool]) => app.tools.has(tool)).map(([view, title]) =>
      h(
        "button",
        { "aria-current": isHere(view) ? "page" : undefined, onclick: () => app.go({ view }) },
        title,
      ),
    ),
    app.tools.has("job_start") &&
      h(
        "button",
        { class: "main", "aria-label": "Start a job", onclick: () => app.go({ view: "start" }) },
        ...["Start", h("span", { class: "wide" }, " a job")],
      ),
  );
}

/** Back and forth in the browser's history. */
function keepPlace({ view, id }: Place): void {
  const hash = `#/${view}${id === undefined ? "" : `/${id}`}`;
  if (location.hash !== hash) history.pushState(null, "", hash);
}

function placeIn(hash: string): Place {
  const [, view = "", id] = hash.split("/");
  if (view === "job" && id !== undefined) return { view: "job", id };
  if (view === "start") return { view, ...(id === undefined ? {} : { id }) };
  return { view: TABS.find(([known]) => known === view)?.[0] ?? "jobs" };
}

async function inBrowser(): Promise<void> {
  const host = new BrowserHost();
  const code = /^#code=([\w-]+)$/.exec(location.hash)?.[1];
  try {
    if (code !== undefined) {
      history.replaceState(null, "", location.pathname);
      await host.redeem(code);
    }
    const app = start(host, await host.tools());
    addEventListener("popstate", () => app.go(placeIn(location.hash)));
    app.go(placeIn(location.hash));
  } catch (error) {
    if (error instanceof CallError && error.needsToken) askToken(host, error.message);
    else fill(page, h("p", { class: "empty" }, messageOf(error)));
  }
}

function askToken(host: BrowserHost, why: string): void {
  const input = h("input", { type: "password", autocomplete: "off", "aria-label": "Token", required: true });
  const enter = async (event: Event) => {
    event.preventDefault();
    host.useToken(input.value.trim());
    try {
      const app = start(host, await host.tools());
      app.go({ view: "jobs" });
    } catch (error) {
      askToken(host, messageOf(error));
    }
  };
  fill(
    page,
    h(
      "form",
      { class: "card", onsubmit: enter },
      h("h1", {}, "Who are you?"),
      h("p", { role: "status" }, why),
      h("div", { class: "bar" }, input, h("button", { class: "main" }, "Enter")),
      h("p", {}, "The token stays in this page's memory: a reload forgets it."),
    ),
  );
  input.focus();
}

async function inConversation(): Promise<void> {
  let app: App | undefined;
  const host = new ConversationHost((opening) => app?.go(placeOf(opening)));
  app = start(host, await host.tools());
  await host.connect();
}

/** The view for the tool that the page was opened for. */
function placeOf({ tool, args, answer }: Opening): Place {
  const { jobs = [] } = (answer?.data ?? {}) as { jobs?: { id?: string; why?: string }[] };
  const [job] = jobs;
  if (jobs.length === 1 && job?.why !== undefined && job.id !== undefined)
    return { view: "job", id: job.id, answer };
  const view = TABS.find(([, , name]) => name === tool)?.[0] ?? "jobs";
  return { view, args, answer };
}

void (parent === window ? inBrowser() : inConversation());
