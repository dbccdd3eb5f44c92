import { readdirSync, readFileSync } from "node:fs";
import { type Argument, type CallExpression, type Expression, parseSync, Visitor } from "oxc-parser";
import config from "../../vitest.config.ts";

/** Tests that are marked with one of the tags in `vitest.config.ts`: each tries a fault and says what happens. */
export interface FaultTest {
  tag: string;
  /** Below `test`, without `.test.ts`. */
  file: string;
  /** What it is about, and what happens; with … for what differs between cases. */
  subject: string;
  outcome: string;
}

interface Named {
  title: string;
  tags: string[];
}

export const TAGS = config.test?.tags ?? [];

/** All of them, as they are written, in the order of the tags. */
export function faultTests(): FaultTest[] {
  const files = readdirSync("test", { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".test.ts"),
  );
  const found = files.sort().flatMap((name) => {
    const path = `test/${name}`;
    const text = readFileSync(path, "utf8");
    return text.includes("tags:") ? faultTestsIn(path, text) : [];
  });
  return TAGS.flatMap(({ name }) => found.filter(({ tag }) => tag === name));
}

function faultTestsIn(path: string, text: string): FaultTest[] {
  const file = path.replace(/^test\/|\.test\.ts$/g, "");
  const around: Named[] = [];
  const found: FaultTest[] = [];
  const visitor = new Visitor({
    CallExpression(call) {
      const named = toNamed(call);
      if (named !== undefined) around.push(named);
      if (named === undefined || definedBy(call) !== "test") return;
      const subject = around.slice(0, -1).map(({ title }) => title);
      for (const tag of new Set(around.flatMap(({ tags }) => tags)))
        found.push({ tag, file, subject: subject.join(" "), outcome: named.title });
    },
    "CallExpression:exit"(call) {
      if (toNamed(call) !== undefined) around.pop();
    },
  });
  visitor.visit(parseSync(path, text).program);
  return found;
}

/** What a call that defines a test or a group of them says about it. */
function toNamed(call: CallExpression): Named | undefined {
  const [first, ...others] = call.arguments;
  const title = first && textOf(first);
  if (title === undefined || definedBy(call) === undefined) return undefined;
  return { title, tags: others.flatMap(tagsOf) };
}

function definedBy({ callee }: CallExpression): "test" | "describe" | undefined {
  const isPlain = callee.type === "Identifier" || callee.type === "CallExpression";
  const name = isPlain ? rootOf(callee) : undefined;
  return name === "test" || name === "describe" ? name : undefined;
}

/** Of `test.skipIf(…)` and the like. */
function rootOf(expression: Expression): string | undefined {
  if (expression.type === "Identifier") return expression.name;
  if (expression.type === "CallExpression") return rootOf(expression.callee);
  return expression.type === "MemberExpression" ? rootOf(expression.object) : undefined;
}

function textOf(argument: Argument): string | undefined {
  if (argument.type === "Literal" && typeof argument.value === "string")
    return argument.value.replaceAll(/%[sdij]|\$\w+/g, "…");
  if (argument.type !== "TemplateLiteral") return undefined;
  return argument.quasis.map(({ value }) => value.cooked).join("…");
}

function tagsOf(argument: Argument): string[] {
  if (argument.type !== "ObjectExpression") return [];
  return argument.properties.flatMap((property) => {
    if (property.type !== "Property" || property.key.type !== "Identifier") return [];
    const { key, value } = property;
    if (key.name !== "tags" || value.type !== "Literal") return [];
    return [String(value.value)];
  });
}
