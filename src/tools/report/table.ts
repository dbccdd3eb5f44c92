import { shortId } from "../../jobs/names/ids.ts";

/** Rows as a table, set apart by empty lines; a bar within a cell ends none. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "¦")).join(" | ")} |`;
  return ["", line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line), ""].join("\n");
}

/** `train-7b (job-1a2b3c4d)`, in a place among several: `train-7b (job-1a2b3c4d, acme/nlp)`. */
export function jobCell(
  { name, id }: { name?: string | undefined; id: string },
  project: string | undefined,
): string {
  if (name === undefined) return project === undefined ? shortId(id) : `${shortId(id)} (${project})`;
  return `${name} (${[shortId(id), ...(project === undefined ? [] : [project])].join(", ")})`;
}
