import { h } from "./dom.ts";

/** Also with an exponent, a unit or two: 1.6e-4, 1.44 GiB, 23m 42s. */
const NUMBER = /^-?[\d.,]+(e[-+]?\d+)?( ?(GiB|MiB|%|[dhms]( \d+[hms])?))?$/i;

/** A table that scrolls by itself where it is too wide. */
export function table(
  label: string,
  columns: readonly string[],
  rows: readonly (readonly (string | HTMLElement)[])[],
): HTMLElement {
  const kinds = columns.map((_, index) => kindOf(rows.map((cells) => cells[index] ?? "")));
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          columns.map((column, index) => h("th", { scope: "col", class: kinds[index] }, column)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((cells) =>
          h(
            "tr",
            {},
            cells.map((cell, index) => h("td", { class: kinds[index] }, cell)),
          ),
        ),
      ),
    ),
  );
}

/** Numbers stand below each other. */
function kindOf(cells: readonly (string | HTMLElement)[]): "number" | undefined {
  const texts = cells.map((cell) => (typeof cell === "string" ? cell : (cell.textContent ?? "")));
  const said = texts.filter((text) => text !== "");
  return said.length > 0 && said.every((text) => NUMBER.test(text)) ? "number" : undefined;
}
