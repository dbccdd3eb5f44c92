// Has the SDK build each schema of a version of the protocol when it is first wanted, not all of them with the first message.
import { analyze } from "eslint-scope";
import MagicString from "magic-string";
import { parseSync, Visitor } from "oxc-parser";

/** The functions whose constants are schemas, and which return them all. */
const BUILDERS = /^build(\$\d+)?$/;
const METHOD = /^\w+(\/\w+)+$/;
/** What a table says of a method. */
const TABLED = /^(\t+)([\w"/]+): (s\.\w+Schema)(,?)$/gm;

/**
 * Rewrites `const A = schema` in them to a function, each `A` to a call of it, and what they return to getters; what
 * nobody asks for is left out.
 */
export function schemasOnDemand(code) {
  const tabled = code.replace(TABLED, "$1get $2() { return $3; }$4");
  const { program } = parseSync("sdk.js", tabled, { sourceType: "module", range: true });
  const scopes = analyze(program, { ecmaVersion: 2024, sourceType: "module" });
  const builders = program.body.filter(
    ({ type, id }) => type === "FunctionDeclaration" && BUILDERS.test(id.name),
  );
  if (tabled === code || builders.length !== 2) throw new Error("the SDK builds its schemas otherwise now");
  const text = new MagicString(tabled);
  for (const builder of builders) onDemand(builder, scopes.acquire(builder), text);
  return text.toString();
}

function onDemand({ body }, { set }, text) {
  const { properties } = body.body.at(-1).argument;
  const unasked = properties.filter(({ key }) => !text.original.includes(`.${key.name}`));
  const values = schemasIn(body, set);
  const unused = new Set([...unasked, ...values.map(({ statement }) => statement)]);
  const isUsed = ({ start }) => ![...unused].some((part) => part.start <= start && start < part.end);
  let left;
  do {
    left = unused.size;
    for (const { statement, uses } of values) if (uses.some(isUsed)) unused.delete(statement);
  } while (unused.size < left);

  for (const { statement, id, init } of values) {
    const once = `let ${id.name}$; const ${id.name}$$ = () => ${id.name}$ ??= `;
    if (isUsed(statement)) text.overwrite(statement.start, init.start, once);
  }
  const wanted = new Set(values.flatMap(({ uses }) => uses.filter(isUsed)));
  callThem(body, { wanted, returned: new Set(properties.filter(isUsed)), text });
  for (const { start, end } of unused) text.remove(start, text.original[end] === "," ? end + 1 : end);
}

/** Constants that are no functions, and where they are used. */
function schemasIn({ body }, set) {
  return body.flatMap((statement) => {
    const [{ id, init } = {}] = statement.declarations ?? [];
    if (init === undefined || /Function/.test(init.type)) return [];
    const { references } = set.get(id.name);
    return [{ statement, id, init, uses: references.flatMap((each) => (each.init ? [] : each.identifier)) }];
  });
}

function callThem(body, { wanted, returned, text }) {
  new Visitor({
    Identifier(node) {
      if (wanted.has(node)) text.appendLeft(node.end, "$$()");
    },
    Property(node) {
      const isSchema = wanted.has(node.value);
      if (returned.has(node) && !isSchema) asGetter(node, text, `s$${node.start} ??= `);
      else if (isSchema && (returned.has(node) || METHOD.test(node.key.value))) asGetter(node, text);
      else if (isSchema && node.shorthand) text.prependRight(node.start, `${node.value.name}: `);
    },
  }).visit({ type: "Program", body: [body], sourceType: "module" });
  const kept = [...returned].filter(({ value }) => !wanted.has(value)).map(({ start }) => `s$${start}`);
  if (kept.length > 0) text.appendLeft(body.start + 1, `let ${kept.join(", ")};`);
}

function asGetter({ key, start, value, shorthand }, text, keeps = "") {
  if (!shorthand) text.remove(start, value.start);
  text.prependRight(value.start, `get ${JSON.stringify(key.name ?? key.value)}() { return ${keeps}`);
  text.appendRight(value.end, "; }");
}
