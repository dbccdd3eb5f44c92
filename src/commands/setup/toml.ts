import { parse, stringify } from "smol-toml";
import { field } from "../../json.ts";

/** Lines of TOML, and the table to which they belong. */
interface Section {
  isOurs: boolean;
  /** Comments and empty lines above its header. */
  above: string[];
  lines: string[];
}

/**
 * TOML with the table `[servers.name]` and those below it as `value` has them, or without them. It goes by lines, so
 * that all others stay as they are; that they still mean the same is for the caller to see.
 */
export function withTable(text: string, [servers, name]: [string, string], value: unknown): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const table = value === undefined ? "" : stringify({ [servers]: { [name]: value } }).replaceAll("\n", eol);
  const sections = sectionsOf(text, (header) => field(field(header, servers), name) !== undefined);
  const first = sections.find(({ isOurs }) => isOurs);
  const kept = sections.map((section) => {
    const { isOurs, above, lines } = section;
    if (!isOurs) return [...above, ...lines].join("");
    const hasComment = above.some((line) => line.trim() !== "");
    const own = section === first ? table : "";
    return `${own !== "" || hasComment ? above.join("") : ""}${own}`;
  });
  const rest = kept.join("");
  if (first !== undefined || table === "") return rest;
  return rest.trim() === "" ? table : `${rest.trimEnd()}${eol}${eol}${table}`;
}

function sectionsOf(text: string, isOurs: (header: unknown) => boolean): Section[] {
  const sections: Section[] = [{ isOurs: false, above: [], lines: [] }];
  let loose: string[] = [];
  for (const line of text.split(/(?<=\n)/)) {
    if (/^\s*(#|$)/.test(line)) {
      loose.push(line);
      continue;
    }
    const header = headerIn(line);
    if (header === undefined) sections.at(-1)?.lines.push(...loose, line);
    else sections.push({ isOurs: isOurs(header), above: loose, lines: [line] });
    loose = [];
  }
  return [...sections, { isOurs: false, above: loose, lines: [] }];
}

/** What the line means alone, where it opens a table. */
function headerIn(line: string): unknown {
  if (!/^\s*\[/.test(line)) return undefined;
  try {
    return parse(line);
  } catch {
    return undefined;
  }
}
