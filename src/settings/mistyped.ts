import { distance } from "fastest-levenshtein";

/** A setting, with the value meant if that is known. */
interface Setting {
  name: string;
  value?: string;
}

/** Settings, one of which is meant, or a sentence. */
type Meant = readonly Setting[] | string;

const LIMITS = [{ name: "max-credits-per-job" }, { name: "max-credits-per-hour" }, { name: "max-jobs" }];

/** What people type, without separators, for what has another name here. */
const MEANT: readonly (readonly [words: string, meant: Meant])[] = [
  ["readonly ro", [{ name: "mode", value: "read-only" }]],
  ["nodestroy nodestructive nondestructive nodelete nokill safe", [{ name: "mode", value: "no-destroy" }]],
  ["full readwrite rw", [{ name: "mode", value: "full" }]],
  ["core", [{ name: "tools", value: "core" }]],
  ["all alltools", [{ name: "tools", value: "all" }]],
  ["toolset toolsets", [{ name: "tools" }]],
  ["own owned mine", [{ name: "owned-only" }]],
  ["noownedonly notownedonly", "without --owned-only it is off; leave it out"],
  ["maxcost maxcosts maxcredit maxcredits maxprice maxspend budget cost credits", LIMITS.slice(0, 2)],
  ["debug verbose trace", [{ name: "log-level", value: "debug" }]],
  ["json", [{ name: "log-format", value: "json" }]],
  ["auditlog auditfile", [{ name: "audit" }]],
  ["quiet silent q", [{ name: "log-level", value: "error" }]],
  ["v", "--version (-V) prints the version, --log-level debug logs more"],
  ["token apitoken apikey key url apiurl baseurl", "APOLO_URL and APOLO_TOKEN log in to a platform"],
  ["passedconfig", "the variable APOLO_PASSED_CONFIG hands a login over"],
  ["config configpath configdir", "the variable APOLO_CONFIG names the folder of `apolo login`"],
  ["cluster org project", "a file .apolo.toml in the working directory selects that"],
  ["http https sse streamablehttp listen", [{ name: "http" }]],
  [
    "transport stdio mcp",
    "MCP is served over stdio, which needs no flag or command; --http serves it over HTTP",
  ],
  ["bind address", [{ name: "host" }]],
  ["tokenfile", [{ name: "http-token-file" }]],
  ["cert certificate tls ssl", [{ name: "tls-cert" }]],
  ["start serve server run", "serving MCP needs no command; leave it out"],
  ["true false yes no on off", "a value stands right behind its flag, e.g. --owned-only=false"],
  [
    "demo example try",
    "the command `demo` shows an agent's work; --emulator --scene week is a platform to try",
  ],
  ["doctor check diagnose", "the command `doctor` checks the login, the way to the platform and the limits"],
  ["login signin logout", "`apolo login` of the vendor's command line saves the login that is used here"],
];

/** What people type, without separators, for a command of another name. */
const MEANT_COMMANDS: readonly (readonly [words: string, command: string])[] = [
  ["emulate", "emulator"],
  ["check diagnose diagnostics status health selftest", "doctor"],
  ["tool list listtools toolslist", "tools"],
  ["calltool invoke exec", "call"],
  ["install configure connect init", "setup"],
  ["demonstration example try tutorial", "demo"],
  ["completions complete autocomplete", "completion"],
];

/** A longer edit away, another word is more often misleading than right. */
const FURTHEST = 2;

/** How a setting is written where the wrong word stood. */
type Write = (setting: Setting) => string;

const asFlag: Write = ({ name, value }) => (value === undefined ? `--${name}` : `--${name} ${value}`);
const asVariable: Write = ({ name, value }) =>
  value === undefined ? variableOf(name) : `${variableOf(name)}=${value}`;

/** The variable that stands for a flag. */
export function variableOf(flag: string): string {
  return `APOLO_MCP_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** What to write for a flag that is not among the `known` ones. */
export function flagHint(word: string, known: readonly string[]): string {
  return hint(word, known, asFlag) ?? "see --help";
}

/** What to write for a variable that belongs to none of the `known` flags; `others` are flags only. */
export function variableHint(variable: string, known: readonly string[], others: readonly string[]): string {
  const word = variable.replace(/^APOLO_MCP_/i, "");
  const flag = others.find((other) => plain(other) === plain(word));
  if (flag !== undefined) return `it is the flag --${flag} only`;
  return hint(word, known, asVariable) ?? `there are ${known.map(variableOf).join(", ")}`;
}

/** What to write for a word that stands where none may. */
export function wordHint(
  word: string,
  { flags, commands }: { flags: readonly string[]; commands: readonly string[] },
): string {
  if (word.startsWith("-")) return "what follows `--` is not read as a flag; leave `--` out";
  const said = plain(word);
  const command =
    MEANT_COMMANDS.find(([words]) => words.split(" ").includes(said))?.[1] ?? nearest(word, commands);
  if (command !== undefined) return `did you mean the command \`${command}\`? It comes first`;
  const [name = ""] = word.split("=");
  return hint(name, flags, asFlag) ?? "see --help";
}

/** The one of `words` that was meant, if one is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const target = plain(word);
  const furthest = Math.min(FURTHEST, Math.max(1, Math.round(target.length / 4)));
  const [first] = words
    .map((each) => ({ each, far: distance(target, plain(each)) }))
    .sort((a, b) => a.far - b.far);
  return first !== undefined && first.far <= furthest ? first.each : undefined;
}

function hint(word: string, known: readonly string[], write: Write): string | undefined {
  const said = plain(word);
  const meant = MEANT.find(([words]) => words.split(" ").includes(said))?.[1] ?? near(said, known);
  if (typeof meant === "string") return meant;
  const usable = meant.filter(({ name }) => known.includes(name));
  return usable.length === 0 ? undefined : `did you mean ${usable.map(write).join(" or ")}?`;
}

function near(said: string, known: readonly string[]): readonly Setting[] {
  const one = nearest(said, known);
  if (one !== undefined) return [{ name: one }];
  if (/^max|limit/.test(said)) return LIMITS;
  if (said.length < 3) return [];
  return known.filter((name) => plain(name).startsWith(said)).map((name) => ({ name }));
}

/** Without what separates words, and in one case. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, "");
}
