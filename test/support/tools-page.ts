import { toJsonSchema } from "../../src/server/schema.ts";
import type { Tool } from "../../src/tools/define-tool.ts";

interface Argument {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  items?: Argument;
}

/** The page of all tools for people, made from the same schemas that agents get. */
export function toolsPage(tools: Tool[]): string {
  return [
    "# Tools",
    "",
    "Made from the catalogue by `npx vitest run test/catalogue.test.ts -u`: change the tools, not this page.",
    "",
    ...tools.map(section),
  ].join("\n");
}

function section({ name, title, description, input, effects, toolset, reading }: Tool): string {
  // The schema is made from a strict object, so it has properties that are schemas themselves.
  const { properties = {}, required = [] } = toJsonSchema(input, "input") as {
    properties?: Record<string, Argument>;
    required?: string[];
  };
  const rows = Object.entries(properties).map(
    ([argument, schema]) =>
      `| \`${argument}\`${required.includes(argument) ? " (required)" : ""} | ${typeOf(schema)} | ${cell(schema)} |`,
  );
  const table =
    rows.length === 0 ? ["No arguments."] : ["| argument | type | meaning |", "|---|---|---|", ...rows];
  return [
    `## ${name}`,
    "",
    `${title}. ${reading === undefined ? effect(effects) : HALF}${toolset === "more" ? " Left out by `--tools core`." : ""}`,
    "",
    description,
    "",
    ...table,
    "",
  ].join("\n");
}

const HALF =
  "Can change work: `--mode no-destroy` and `read-only` leave the half that reads, without the arguments for the other.";

function effect({ readOnlyHint, destructiveHint }: Tool["effects"]): string {
  if (readOnlyHint) return "Reads only.";
  return destructiveHint
    ? "Can end or change work: left out by `--mode no-destroy`."
    : "Adds or changes, ends nothing.";
}

function typeOf({ type = "any", items, enum: values, minimum, maximum }: Argument): string {
  if (type === "array") return `list of ${items === undefined ? "any" : typeOf(items)}`;
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(", ");
  const range = [minimum, maximum].some((bound) => bound !== undefined)
    ? `, ${minimum ?? ""}–${maximum ?? ""}`
    : "";
  return `${type}${range}`;
}

function cell({ description = "", default: preset }: Argument): string {
  const text = description.replaceAll("|", "\\|");
  return preset === undefined ? text : `${text} (default ${JSON.stringify(preset)})`;
}
