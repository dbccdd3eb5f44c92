import { field } from "../json.ts";
import type { Settings } from "../settings/index.ts";
import type { ListedTool } from "../transports/terminal.ts";
import { didYouMean, misused, styled, type Terminal } from "./terminal.ts";

/** Lists the tools that may be called, or describes one. */
export function runTools(
  { words: [name], json }: Pick<Settings, "words" | "json">,
  { tools, terminal }: { tools: readonly ListedTool[]; terminal: Terminal },
): number {
  const { out } = terminal;
  const tool = tools.find((each) => each.name === name);
  if (name !== undefined && tool === undefined) {
    const names = tools.map((each) => each.name);
    return misused(
      terminal,
      `there is no tool ${name}.${didYouMean(name, names)} There are ${names.join(", ")}.`,
    );
  }
  if (json) out.write(`${JSON.stringify(tool ?? tools, undefined, 2)}\n`);
  else out.write(tool === undefined ? listOf(tools, terminal) : describe(tool, terminal));
  return 0;
}

function listOf(tools: readonly ListedTool[], { out }: Terminal): string {
  const width = Math.max(...tools.map(({ name }) => name.length));
  const lines = tools.map(({ name, title }) => `${styled(out, "bold", name.padEnd(width))}  ${title}`);
  return `${[...lines, "", "apolo-jobs-mcp tools NAME describes one, apolo-jobs-mcp call NAME calls it."].join("\n")}\n`;
}

function describe(
  { name, title, description, inputSchema, annotations, example }: ListedTool,
  { out }: Terminal,
): string {
  const call = `apolo-jobs-mcp call ${name} '${JSON.stringify(example)}'`;
  const effect = annotations.readOnlyHint
    ? "Changes nothing."
    : annotations.destructiveHint
      ? "May end or replace something."
      : "Changes something.";
  return `${[
    `${styled(out, "bold", name)}: ${title}`,
    description,
    effect,
    "",
    ...argumentsOf(inputSchema),
    "",
    call,
  ].join("\n")}\n`;
}

function argumentsOf(schema: unknown): string[] {
  const properties = Object.entries(field(schema, "properties") ?? {});
  const required = field(schema, "required");
  const width = Math.max(...properties.map(([key]) => key.length));
  return properties.map(([key, argument]) => {
    const must = Array.isArray(required) && required.includes(key) ? "required" : undefined;
    const about = [typeOf(argument), must, field(argument, "description")];
    return `  ${key.padEnd(width)}  ${about.filter((part) => typeof part === "string").join("; ")}`;
  });
}

/** The type in an argument's schema, in words. */
function typeOf(schema: unknown): string {
  const choices = field(schema, "enum");
  if (Array.isArray(choices)) return choices.join(" | ");
  const alternatives = field(schema, "anyOf");
  if (Array.isArray(alternatives)) return alternatives.map(typeOf).join(" or ");
  const type = field(schema, "type");
  if (type === "array") return `list of ${typeOf(field(schema, "items"))}`;
  return typeof type === "string" ? type : "any";
}
