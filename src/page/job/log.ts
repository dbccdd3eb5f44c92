import { type App, repeat } from "../app.ts";
import { isOver, type LogPage } from "../data.ts";
import { fill, h } from "../dom.ts";
import { messageOf, plural } from "../words.ts";

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
  #lines: string[] = [];
  /** Of the whole log, where it was searched. */
  #found: string[] | undefined;
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
    const page = (await this.#app.host.call("job_logs", { jobs: [this.#id], ...asked })).data as LogPage;
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
    const asked = { jobs: [this.#id], grep, ignore_case: true, from: "start", lines: 1000 };
    try {
      this.#found = linesOf((await this.#app.host.call("job_logs", asked)).data as LogPage);
      this.#draw();
    } catch (error) {
      fill(this.#note, messageOf(error));
    }
  }

  #draw(): void {
    const word = this.#search.value.trim();
    const shown = this.#found ?? this.#lines.filter((line) => word === "" || has(line, word));
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

function linesOf({ logs = [] }: LogPage): string[] {
  const text = logs[0]?.log ?? "";
  return text === "" ? [] : text.split("\n");
}

function has(line: string, word: string): boolean {
  return line.toLowerCase().includes(word.toLowerCase());
}

function lineOf(line: string, word: string): HTMLElement {
  const kind = BAD.test(line) ? "bad" : DOUBTFUL.test(line) ? "doubtful" : undefined;
  return h("div", { class: kind }, word === "" ? line : marked(line, word), line === "" && " ");
}

function marked(line: string, word: string): (string | HTMLElement)[] {
  const at = line.toLowerCase().indexOf(word.toLowerCase());
  if (at < 0) return [line];
  const end = at + word.length;
  return [line.slice(0, at), h("mark", {}, line.slice(at, end)), ...marked(line.slice(end), word)];
}
