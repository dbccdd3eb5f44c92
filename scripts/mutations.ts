import { parseSync, Visitor } from "oxc-parser";

/** A text to put in place of a part of a source. */
export interface Mutation {
  start: number;
  end: number;
  text: string;
}

const OPPOSITES: Record<string, string> = {
  ...{ "===": "!==", "!==": "===", "<": "<=", "<=": "<", ">": ">=", ">=": ">" },
  ...{ "+": "-", "-": "+", "*": "/", "/": "*", "&&": "||", "||": "&&" },
};
/** Methods without which a chain still has its type. */
const DROPPED = new Set(["filter", "slice", "sort", "trim", "toLowerCase", "replace", "replaceAll"]);

/** Every small fault that can be put into a source: none changes a type, few are seen by a compiler. */
export function mutationsOf(file: string, source: string): Mutation[] {
  const found: Mutation[] = [];
  const put = ({ start, end }: { start: number; end: number }, text: string) =>
    found.push({ start, end, text });
  const swap = (node: { operator: string; left: { end: number }; right: { start: number } }) => {
    const opposite = OPPOSITES[node.operator];
    const at = source.indexOf(node.operator, node.left.end);
    if (opposite !== undefined && at < node.right.start)
      put({ start: at, end: at + node.operator.length }, opposite);
  };
  const visitor = new Visitor({
    BinaryExpression: swap,
    LogicalExpression: swap,
    UnaryExpression: (node) => {
      if (node.operator === "!") put(node, source.slice(node.argument.start, node.argument.end));
    },
    Literal: (node) => {
      if (typeof node.value === "boolean") put(node, String(!node.value));
      if (typeof node.value === "number") put(node, node.value === 0 ? "1" : "0");
    },
    IfStatement: (node) => put(node.test, "false"),
    ConditionalExpression: (node) => put(node.test, "false"),
    CallExpression: ({ callee, start, end }) => {
      if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
      if (DROPPED.has(callee.property.name))
        put({ start, end }, source.slice(callee.object.start, callee.object.end));
    },
    ExpressionStatement: (node) => put(node, ";"),
  });
  visitor.visit(parseSync(file, source).program);
  return found;
}
