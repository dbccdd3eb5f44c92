import { type App, repeat } from "../app.ts";
import { isOver, type LogPage } from "../data.ts";
import { fill, h } from "../dom.ts";
import { messageOf, plural } from "../words.ts";
import { type Run, styleOf } from "./colors.ts";

const FIRST_LINES = 300;
const MOST_LINES = 5000;
const FOLLOW_MS = 1500;
const BAD = /(?:error|exception|traceback|fatal|panic|killed)\b/i;
const DOUBTFUL = /\bwarn(?:ing)?\b/i;

/** The end of a job's log, which grows while the job runs. What a job prints is text and nothing else. */
export class Log {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #id: string;
  readonly #pane = h("div", {
    class: "log",
    role: "log",
    "aria-label": "Log",
    tabindex: 0,
    "aria-live": "off",
  });
  readonly #note = h("small", { role: "status" });
  readonly #follow = h("input", { type: "checkbox", checked: true, onchange: () => this.#toEnd() });
  readonly #search: HTMLInputElement;
  readonly #wide = h("button", { onclick: () => void this.#searchAll() }, "Search all of it");
  readonly #loop: ReturnType<typeof repeat>;
  #lines: Line[] = [];
  /** Of the whole log, where it was searched. */
  #found: Line[] | undefined;
  #cursor: string | undefined;
  #isEnded = false;

  constructor(app: App, id: string) {
    this.#app = app;
    this.#id = id;
    this.#search = this.#searchField();
    const label = h("label", { class: "check" }, this.#follow, "follow");
    const bar = h("div", { class: "bar" }, h("h2", {}, "Log"), this.#search, this.#wide, label);
    this.element = h("section", { class: "card" }, bar, this.#pane, this.#note);
    this.#pane.addEventListener("scroll", () => {
      const { scrollHeight, scrollTop, clientHeight } = this.#pane;
      this.#follow.checked = scrollHeight - scrollTop - clientHeight < 40;
    });
    this.#loop = repeat(app, FOLLOW_MS, () => this.#read());
  }

  close(): void {
    this.#loop.close();
  }

  #searchField(): HTMLInputElement {
    return h("input", {
      ...{ type: "search", placeholder: "search", "aria-label": "Search the log" },
      oninput: () => {
        this.#found = undefined;
        this.#draw();
      },
      onkeydown: (event) => {
        if (event instanceof KeyboardEvent && event.key === "Enter") void this.#searchAll();
      },
    });
  }

  async #read(): Promise<void> {
    if (this.#isEnded) return;
    const asked = this.#cursor === undefined ? { lines: FIRST_LINES } : { cursor: this.#cursor };
    const page = (await this.#app.host.call("job_logs", { jobs: [this.#id], colors: true, ...asked }))
      .data as LogPage;
    const more = linesOf(page);
    const [{ status = "", more_may_follow } = {}] = page.logs ?? [];
    this.#isEnded = isOver({ status }) && more_may_follow !== true;
    this.#cursor = page.next_cursor ?? this.#cursor;
    if (more.length === 0 && !this.#isEnded) return;
    this.#lines = [...this.#lines, ...more].slice(-MOST_LINES);
    if (this.#found === undefined) this.#draw();
  }

  /** The server searches, as job_logs does for an agent. */
  async #searchAll(): Promise<void> {
    const word = this.#search.value.trim();
    if (word === "") return;
    const grep = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const asked = { jobs: [this.#id], colors: true, grep, ignore_case: true, from: "start", lines: 1000 };
    try {
      this.#found = linesOf((await this.#app.host.call("job_logs", asked)).data as LogPage);
      this.#draw();
    } catch (error) {
      fill(this.#note, messageOf(error));
    }
  }

  #draw(): void {
    const word = this.#search.value.trim();
    const shown = this.#found ?? this.#lines.filter(({ text }) => word === "" || has(text, word));
    fill(
      this.#pane,
      shown.map((line) => lineOf(line, word)),
    );
    this.#wide.disabled = word === "";
    fill(this.#note, this.#noteOf(shown.length, word));
    this.#toEnd();
  }

  #noteOf(count: number, word: string): string {
    if (this.#lines.length === 0 && this.#isEnded) return "It printed nothing that is kept.";
    if (this.#found !== undefined) return `${plural(count, "line")} of the whole log`;
    if (word !== "") return `${plural(count, "line")} of the last ${this.#lines.length.toLocaleString("en")}`;
    return this.#isEnded ? "The job has ended: nothing more will come." : "";
  }

  #toEnd(): void {
    if (this.#follow.checked) this.#pane.scrollTop = this.#pane.scrollHeight;
  }
}

interface Line {
  text: string;
  runs: readonly Run[];
}

function linesOf({ logs = [] }: LogPage): Line[] {
  const { log = "", colors = [] } = logs[0] ?? {};
  if (log === "") return [];
  const lines = log.split("\n").map((text) => ({ text, runs: [] as Run[] }));
  for (const { line, ...run } of colors) lines[line]?.runs.push(run);
  return lines;
}

function has(text: string, word: string): boolean {
  return text.toLowerCase().includes(word.toLowerCase());
}

function lineOf({ text, runs }: Line, word: string): HTMLElement {
  const kind = BAD.test(text) ? "bad" : DOUBTFUL.test(text) ? "doubtful" : undefined;
  let at = 0;
  const parts = runs.flatMap((run) => {
    const plain = text.slice(at, run.from);
    at = run.to;
    return [
      marked(plain, word),
      h("span", { style: styleOf(run) }, marked(text.slice(run.from, run.to), word)),
    ];
  });
  return h("div", { class: kind }, parts, marked(text.slice(at), word), text === "" && " ");
}

function marked(text: string, word: string): (string | HTMLElement)[] {
  const at = word === "" ? -1 : text.toLowerCase().indexOf(word.toLowerCase());
  if (at < 0) return [text];
  const end = at + word.length;
  return [text.slice(0, at), h("mark", {}, text.slice(at, end)), ...marked(text.slice(end), word)];
}
