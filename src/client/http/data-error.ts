const ITEM =
  /(?:'(?<name>(?:[^'\\]|\\.)*)'|(?<index>\d+)): DataError\((?:'(?<single>(?:[^'\\]|\\.)*)'|"(?<double>(?:[^"\\]|\\.)*)")\)(?:, |\}$)/y;
/** What one of several allowed forms says of every value that is set. */
const UNSET_FORM = "value should be None";
/** Texts within texts; the platform's own go four deep. */
const DEEPEST = 8;

/**
 * What the platform's validator says, as words: `container.image: blank value is not allowed` for
 * `{'container': DataError("{'image': DataError('blank value is not allowed')}")}`. Any other text stays as it is.
 * Source: protocol reference 3.9.
 */
export function validationText(text: string): string {
  const faults = faultsIn(text, DEEPEST);
  return faults === undefined || faults.length === 0 ? text : faults.join("; ");
}

function faultsIn(text: string, depth: number): string[] | undefined {
  if (!text.startsWith("{") || depth === 0) return undefined;
  const faults: string[] = [];
  ITEM.lastIndex = 1;
  while (ITEM.lastIndex < text.length) {
    const { name, index, single, double } = ITEM.exec(text)?.groups ?? {};
    const said = single ?? double;
    if (said === undefined) return undefined;
    const at = ITEM.lastIndex;
    const key = name === undefined ? index : unescaped(name);
    const inner = unescaped(said);
    if (inner !== UNSET_FORM) faults.push(...within(key, faultsIn(inner, depth - 1) ?? [inner], text));
    ITEM.lastIndex = at;
  }
  return faults;
}

/** The number of an allowed form is left out; that of a list's item is not. */
function within(key = "", faults: readonly string[], text: string): string[] {
  const isForm = text.includes(UNSET_FORM) && /^\d+$/.test(key);
  return faults.map((fault) => (isForm ? fault : `${key}${/^[\w.]+: /.test(fault) ? "." : ": "}${fault}`));
}

/** A text as Python's `repr` shows it, read back. */
function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => ESCAPED[character] ?? character);
}

const ESCAPED: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
