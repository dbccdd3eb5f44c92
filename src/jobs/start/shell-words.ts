import { split } from "shlex";

/** Why a text means something else, or nothing at all, without a shell. */
interface Reading {
  /** The first thing in it that only a shell understands. */
  syntax?: string | undefined;
  /** A quote or a backslash at its end is never closed. */
  isOpen: boolean;
}

/**
 * Parts of a text. `plain` is what a shell and the platform, which splits as Python's shlex, read alike; `other`
 * only a shell understands.
 */
const PARTS =
  /(?<comment>(?<![^\s;&|()])#.*)|(?<home>(?<![^\s;&|()])~)|(?<quoted>"[^"\\]*(?:\\[\s\S][^"\\]*)*")|(?<plain>[ \t]+|[^\s'"\\$`|&;<>()*?[{}]|\\[^\n]|\$(?=[ \t]|$(?![\s\S]))|'[^']*')|(?<open>['"]|\\$(?![\s\S]))|(?<other>\\\n|[\s\S])/g;

/** What is whole by itself: plain text, an escape, a quote with its partner. */
const WHOLE = /[^'"\\]+|\\[\s\S]|'[^']*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
/** What a text is for its first words show; the splitter takes time with the square of a word with many quotes. */
const ENOUGH_CHARS = 2000;

const EXPANSION = /\$[\w{(?@*#$![-]|`/;
/** Read by a shell as what is escaped, by the platform with the backslash. */
const ESCAPED_EXPANSION = /\\[$`\n]/;
const OWN_SHELL = /^(?:\S*\/)?(?:ba|da|z|k|a)?sh\s+(?:-\S+\s+)*-\w*c\s/;
/** Here-documents and substitutions quote by rules of their own: whether a quote is open is then not known. */
const OWN_QUOTING = /<<|\$\(|`/;
const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/;

/** First words that a shell keeps for itself, those of its usual kinds together. */
const SHELL_WORDS = new Set(
  (
    ". : ! [[ alias bg bind break builtin caller case cd chdir command complete continue coproc declare dirs " +
    "disown do done elif else enable esac eval exec exit export fc fg fi for function getopts hash history if in jobs " +
    "let local logout mapfile popd pushd read readarray readonly return select set shift shopt source suspend then " +
    "time times trap type typeset ulimit umask unalias unset until wait while"
  ).split(" "),
);

const OPERATORS: [RegExp, string][] = [
  [/\n|\r/, "a line end"],
  [/[&|;<>]/, "an operator"],
  [/[()]/, "a subshell"],
  [/[$`]/, "an expansion"],
  [/[*?[]/, "a file pattern"],
  [/[{}]/, "a brace"],
  [/\s/, "an unusual blank"],
];

/** Reads a text as a shell would, as far as needed to tell whether it takes one. */
export function readShellText(text: string): Reading {
  const isOwnShell = OWN_SHELL.test(text);
  let syntax: string | undefined;
  for (const { groups = {} } of text.matchAll(PARTS)) {
    if (groups.open !== undefined) return { syntax, isOpen: !OWN_QUOTING.test(text) };
    syntax ??= syntaxOf(groups, isOwnShell);
  }
  return { syntax: syntax ?? firstWordSyntax(text), isOpen: false };
}

function syntaxOf(part: Partial<Record<string, string>>, isOwnShell: boolean): string | undefined {
  const { comment, home, quoted, other } = part;
  if (comment !== undefined) return "a comment";
  if (home !== undefined) return "a home folder";
  if (quoted !== undefined) return quotedSyntax(quoted, isOwnShell);
  return OPERATORS.find(([pattern]) => other !== undefined && pattern.test(other))?.[1];
}

/** An interpreter that a script's first line names, with the words that run the script as its argument. */
export function shebangOf(text: string): { words: string[]; isKnown: boolean } | undefined {
  const line = /^#!\s*(\S.*?)\s*$/m.exec(text.slice(0, text.indexOf("\n")))?.[1];
  if (!text.startsWith("#!") || line === undefined) return undefined;
  const [program = "", ...options] = line.split(/\s+/);
  const words = program.endsWith("/env")
    ? options.filter((option) => option !== "-S" && option !== "--split-string")
    : [program, ...options];
  const name = (words.find((word) => !ASSIGNMENT.test(word)) ?? "").replace(/^.*\//, "");
  const flag = SCRIPT_FLAGS.find(([known]) => known.test(name))?.[1];
  const command = words.some((word) => ASSIGNMENT.test(word)) ? ["env", ...words] : words;
  return flag === undefined ? { words, isKnown: false } : { words: [...command, flag], isKnown: true };
}

const SCRIPT_FLAGS: [RegExp, string][] = [
  [/^(?:ba|da|z|k|a)?sh$|^python[\d.]*$|^pypy[\d.]*$/, "-c"],
  [/^(?:perl|ruby|node|lua|Rscript)$/, "-e"],
];

/** The words of a text that is a list in JSON or Python; undefined for any other. */
export function listedWords(text: string): string[] | undefined {
  if (!/^\[[\s\S]*\]$/.test(text)) return undefined;
  const item = /'[^'\\]*'|"(?:[^"\\]|\\.)*"/g;
  if (!/^\[\s*,?(?:\s*_\s*,)*\s*_\s*,?\s*\]$/.test(text.replace(item, "_"))) return undefined;
  return Array.from(text.matchAll(item), ([word]) => word.slice(1, -1));
}

function firstWordSyntax(text: string): string | undefined {
  if (ASSIGNMENT.test(text)) return "an assignment";
  const [first = "", ...others] = wordsOf(text);
  if (SHELL_WORDS.has(first)) return "a shell word";
  // The program prints backslashes, the shell's own echo reads them.
  const isEcho = first === "echo" && !/^-\w*e/.test(others[0] ?? "");
  return isEcho && others.some((word) => word.includes("\\")) ? "an escape of echo" : undefined;
}

/** Whether no quote and no backslash in it is left open. */
export function isClosed(text: string): boolean {
  return closedLength(text, text.length) === text.length;
}

function wordsOf(text: string): string[] {
  return split(text.slice(0, closedLength(text, ENOUGH_CHARS)));
}

/** How far a text goes before what is never closed, or a little further than `most`. */
function closedLength(text: string, most: number): number {
  let at = 0;
  while (at < most) {
    WHOLE.lastIndex = at;
    if (!WHOLE.test(text)) break;
    at = WHOLE.lastIndex;
  }
  return at;
}

function quotedSyntax(quoted: string, isOwnShell: boolean): string | undefined {
  const bare = quoted.replace(/\\[\s\S]/g, (pair) => (ESCAPED_EXPANSION.test(pair) ? "\\" : "_"));
  if (bare.includes("\\")) return quoted.includes("\\\n") ? "a line end" : "an escape";
  return !isOwnShell && EXPANSION.test(bare) ? "an expansion" : undefined;
}
