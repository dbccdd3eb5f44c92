// Has a bundle build what it is made of when it is first wanted: packages, schemas, tables.
import { analyze } from "eslint-scope";
import MagicString from "magic-string";
import { parseSync, Visitor, visitorKeys } from "oxc-parser";

/** Files whose top level only builds values, in any order. */
const ONLY_BUILDS = /^ (src|node_modules\/(zod|@modelcontextprotocol\/(core|server)))\//;
/** By these comments esbuild tells which file a part is from. */
const FILE = /^ (src|node_modules|parts:|scripts)\S*$/;
/** What reads or changes the world is left where it stands. */
const OUTSIDE = [
  ...["process", "performance", "globalThis", "console", "crypto", "Date", "module", "exports", "fetch"],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask"],
];
const ACTS = /^(Assignment|Await|Class|ImportExpression|This|Update|Yield)/;
const CALLS = /^(Call|New|TaggedTemplate)Expression$/;
const LOADS = /^(require|__toESM|require_.*)$/;
/** Of a tool: only a call or a list of tools looks at them. */
const SCHEMAS_OF_TOOLS = ["input", "output"];

/**
 * Rewrites `var a = build()` at the top level to `function a$()`, which builds once, and each `a` to a call of it. Lines
 * stay where they are, so that the source map still tells them.
 */
export function lazily(code) {
  const parsed = parseSync("bundle.js", code, { sourceType: "script", range: true });
  if (parsed.errors.length > 0) throw new Error(parsed.errors[0].message);
  const text = new MagicString(code);
  const isLazy = new Set();
  for (const { id, init, references } of costly(pureValues(parsed, code))) {
    text.overwrite(id.end, init.start, `$v; function ${id.name}$() { return ${id.name}$v ??= `);
    text.appendRight(init.end, "; }");
    for (const { identifier, init: isDeclaration } of references) if (!isDeclaration) isLazy.add(identifier);
  }
  callThem(parsed.program, { isLazy, text });
  return text.append(ONCE).toString();
}

/** Declarations at the top level that can wait. */
function pureValues({ program, comments }, code) {
  const scopes = analyze(program, { ecmaVersion: 2024, sourceType: "commonjs" });
  const { set } = scopes.globalScope.childScopes[0];
  const changing = [...set.values()].filter((each) => !isConstant(each)).map(({ name }) => name);
  const outside = new Set([...OUTSIDE, ...changing]);
  const files = comments.filter(({ type, value }) => type === "Line" && FILE.test(value));
  const values = [];
  for (const { type, declarations, start } of program.body) {
    const [{ id, init } = {}, more] = type === "VariableDeclaration" ? declarations : [];
    if (!init || more || id.type !== "Identifier" || outside.has(id.name)) continue;
    const file = files.findLast((each) => each.start < start)?.value ?? "";
    if (isPure(init, { code, outside, builds: ONLY_BUILDS.test(file) }))
      values.push({ id, init, references: set.get(id.name).references });
  }
  return values;
}

function isConstant({ defs, references }) {
  return defs.length <= 1 && references.every((each) => !each.isWrite() || each.init);
}

/** Whether building it now or later makes no difference. */
function isPure(node, place) {
  if (isFunction(node)) return true;
  if (node.type === "Identifier") return !place.outside.has(node.name);
  if (ACTS.test(node.type)) return false;
  if (CALLS.test(node.type) && !place.builds && !LOADS.test(called(node)) && !isMarked(node, place.code))
    return false;
  return children(node).every((child) => isPure(child, place));
}

function isMarked({ start }, code) {
  return /@__PURE__ \*\/\s*$/.test(code.slice(Math.max(0, start - 30), start));
}

/** Those that take a call to build, or something that does. */
function costly(values) {
  const found = new Set();
  const names = new Set();
  let before;
  do {
    before = names.size;
    for (const value of values)
      if (!found.has(value) && isCostly(value.init, names)) {
        found.add(value);
        names.add(value.id.name);
      }
  } while (names.size > before);
  return found;
}

function isCostly(node, names) {
  if (isFunction(node)) return false;
  if (node.type === "Identifier") return names.has(node.name);
  // Wrapping a module is cheap: running it is not.
  if (CALLS.test(node.type)) return !/^__(commonJS|esm)/.test(called(node));
  return children(node).some((child) => isCostly(child, names));
}

function isFunction({ type }) {
  return type === "FunctionExpression" || type === "ArrowFunctionExpression";
}

function called({ callee, tag }) {
  return (callee ?? tag).name;
}

/** Without names of properties, which look like those of variables. */
function children(node) {
  const keys = visitorKeys[node.type].filter((key) => node.computed || !/^(key|property)$/.test(key));
  return keys.flatMap((key) => node[key] ?? []).filter((child) => child?.type);
}

/** Makes uses calls, and schemas of tools getters. */
function callThem(program, { isLazy, text }) {
  const getters = new Set();
  new Visitor({
    Identifier(node) {
      if (isLazy.has(node)) text.appendLeft(node.end, "$()");
    },
    Property(node) {
      if (getters.has(node)) asGetter(node, text);
      else if (node.shorthand && isLazy.has(node.value))
        text.prependRight(node.start, `${node.value.name}: `);
    },
    NewExpression({ callee }) {
      if (!isLazy.has(root(callee))) return;
      text.prependRight(callee.start, "(");
      text.appendRight(callee.end, ")");
    },
    CallExpression({ callee, arguments: [tool] }) {
      if (callee.name !== "defineTool") return;
      for (const each of tool.properties ?? [])
        if (SCHEMAS_OF_TOOLS.includes(each.key?.name)) getters.add(each);
    },
  }).visit(program);
}

/** `input: schema` becomes a getter that builds it once. */
function asGetter({ key: { name }, start, value, shorthand }, text) {
  if (!shorthand) text.remove(start, value.start);
  text.prependRight(value.start, `get ${name}() { return __once(this, "${name}", `);
  text.appendRight(value.end, "); }");
}

function root(node) {
  return node.type === "MemberExpression" ? root(node.object) : node;
}

const ONCE =
  "function __once(object, key, value) { Object.defineProperty(object, key, { value, enumerable: true }); return value; }\n";
