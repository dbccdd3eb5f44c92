import { h, keepFocus } from "../dom.ts";

/** Rows beyond the seen ones, above and below. */
const SPARE = 8;
/** So many rows before the end of what is loaded, more is asked for. */
const AHEAD = 50;

interface RowsOptions<T> {
  label: string;
  head: HTMLElement;
  row(item: T): HTMLElement[];
  /** The end of what is loaded comes near. */
  nearEnd(): void;
}

/** A table of any length: only rows that are seen exist. */
export class Rows<T extends { id: string }> {
  readonly element: HTMLElement;
  readonly #options: RowsOptions<T>;
  readonly #space = h("div", { class: "space", role: "rowgroup" });
  readonly #shown = new Map<string, HTMLElement>();
  #items: readonly T[] = [];
  #hasMore = false;

  constructor(options: RowsOptions<T>) {
    this.#options = options;
    const { label, head } = options;
    const onscroll = () => this.#draw();
    this.element = h(
      "div",
      { class: "rows", role: "table", "aria-label": label, tabindex: 0, onscroll },
      h("div", { role: "rowgroup", class: "head" }, head),
      this.#space,
    );
    new ResizeObserver(onscroll).observe(this.element);
  }

  /** `total` may be more than the items that are loaded, and is undefined where nobody knows how many more. */
  show(items: readonly T[], total: number | undefined): void {
    this.#items = items;
    this.#hasMore = total === undefined || total > items.length;
    this.element.setAttribute("aria-rowcount", total === undefined ? "-1" : String(total + 1));
    keepFocus(this.#space, () => {
      this.#space.replaceChildren();
      this.#shown.clear();
      this.#draw();
    });
  }

  top(): void {
    this.element.scrollTop = 0;
  }

  #draw(): void {
    const height = rowHeight(this.element);
    this.#space.style.height = `${this.#items.length * height}px`;
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / height) - SPARE);
    const end = Math.min(this.#items.length, Math.ceil((scrollTop + clientHeight) / height) + SPARE);
    const wanted = this.#items.slice(first, end);
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, element] of this.#shown)
      if (!ids.has(id) && !element.contains(document.activeElement)) {
        element.remove();
        this.#shown.delete(id);
      }
    for (const [index, item] of wanted.entries()) this.#place(item, first + index, height);
    if (end + AHEAD >= this.#items.length && this.#hasMore) this.#options.nearEnd();
  }

  #place(item: T, index: number, height: number): void {
    const known = this.#shown.get(item.id);
    const element = known ?? h("div", { class: "row", role: "row" }, this.#options.row(item));
    element.setAttribute("aria-rowindex", String(index + 2));
    element.style.transform = `translateY(${index * height}px)`;
    if (known !== undefined) return;
    this.#shown.set(item.id, element);
    const next = [...this.#space.children].find((other) => rowIndex(other) > index + 2);
    this.#space.insertBefore(element, next ?? null);
  }
}

function rowIndex(element: Element): number {
  return Number(element.getAttribute("aria-rowindex"));
}

function rowHeight(element: Element): number {
  return Number.parseFloat(getComputedStyle(element).getPropertyValue("--row")) || 44;
}
