import type { App, Place, View } from "./app.ts";
import { fill, h } from "./dom.ts";
import { BrowserHost } from "./host/browser.ts";
import { ConversationHost } from "./host/conversation.ts";
import { CallError, type Host, type Opening } from "./host/host.ts";
import { jobView } from "./job/index.ts";
import { jobsView } from "./jobs/index.ts";

const TABS = [["jobs", "Jobs"]] as const satisfies (readonly [Place["view"], string])[];

const page = h("main", { id: "page" });
const nav = h("nav", { "aria-label": "Views" });
const banner = h("div", { class: "banner", role: "alert", hidden: true });
const news = h("div", { class: "news", role: "status" });

document.body.append(h("header", {}, nav), banner, page, news);

function start(host: Host, tools: ReadonlySet<string>): App {
  let view: View | undefined;
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
      fill(news, text);
    },
    trouble(text) {
      banner.hidden = text === undefined;
      fill(banner, text && `${text} Trying again.`);
    },
  };
  return app;
}

function viewOf(app: App, { view, id, args = {}, answer }: Place): View {
  if (view === "job" && id !== undefined) return jobView(app, id, answer);
  return jobsView(app, args, answer);
}

function drawNav(app: App, place: Place): void {
  const isHere = (view: string) => view === place.view || (place.view === "job" && view === "jobs");
  fill(
    nav,
    TABS.map(([view, title]) =>
      h(
        "button",
        { "aria-current": isHere(view) ? "page" : undefined, onclick: () => app.go({ view }) },
        title,
      ),
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
    else fill(page, h("p", { class: "empty" }, error instanceof Error ? error.message : String(error)));
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
      askToken(host, error instanceof Error ? error.message : String(error));
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

/** The view for the tool that the page was opened for; without its name its result tells. */
function placeOf({ args, answer }: Opening): Place {
  const { jobs = [] } = (answer?.data ?? {}) as { jobs?: { id?: string; why?: string }[] };
  const [job] = jobs;
  if (jobs.length === 1 && job?.why !== undefined && job.id !== undefined)
    return { view: "job", id: job.id, answer };
  const isList = answer !== undefined && "counts" in (answer.data as object);
  return isList ? { view: "jobs", args, answer } : { view: "jobs" };
}

void (parent === window ? inBrowser() : inConversation());
