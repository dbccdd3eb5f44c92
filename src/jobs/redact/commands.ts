import { cookieSpans } from "./headers.ts";
import { isGiven } from "./rules.ts";
import { isPlainValue } from "./secret-values.ts";
import { type Span, type Surrounded, spansOf, spansOnLines, surrounded } from "./spans.ts";

/** A command that takes a secret in its own way. */
interface CommandForm {
  commands: readonly string[];
  /** How a line with one of them looks, where the name alone does not tell. */
  on?: RegExp;
  /** The group is the secret. */
  at: Surrounded;
  /** A part that is found more seldom than the command. */
  hint: string;
}

const QUOTED = `(?:"([^"\\n]{1,512})"|'([^'\\n]{1,512})'|([^\\s"'|;&]{1,512}))`;
const LOGIN = "\\b(?:login|auth)\\b";
const form = (commands: string, begin: string, rest: string, on?: RegExp): CommandForm => ({
  commands: commands.split(" "),
  ...(on === undefined ? {} : { on }),
  at: surrounded(new RegExp(`(?:${begin})${rest}`, "gd")),
  hint: begin,
});

const REGISTRIES = "docker podman nerdctl helm oras crane skopeo buildah az mc cf twine argocd oc";
const TOKEN_LOGINS = "wandb vault snyk comet neptune hf huggingface-cli";
const FORMS: readonly CommandForm[] = [
  form(
    "curl wget http https xh httpie skopeo nexus",
    "[\\s\"'](?:-[uUa]|--(?:proxy-)?user)",
    `(?:[ =]*|["'],\\s*(?=["']))(?:"[^\\s:"'/@]{0,100}:([^"\\n]{1,256})"|'[^\\s:"'/@]{0,100}:([^'\\n]{1,256})'|[^\\s:"'/@]{0,100}:([^\\s"']{1,256}))`,
  ),
  form(
    REGISTRIES,
    "\\s-p",
    `[ =]?${QUOTED}`,
    followed(`\\b(?:${REGISTRIES.replaceAll(" ", "|")})\\b`, "\\b(?:login|upload)\\b"),
  ),
  form("mysql mysqldump mysqladmin mariadb 7z 7za", "\\s-p", QUOTED),
  form("mongo mongosh mongodump sshpass sqlcmd", "\\s-[pP]", ` ?${QUOTED}`),
  form("redis-cli", "\\s-a", ` ?${QUOTED}`),
  form("zip unzip", "\\s-P", ` ?${QUOTED}`),
  form("ldapsearch ldapadd ldapmodify", "\\s-w", ` ?${QUOTED}`),
  form("openssl", "\\bpass:", `([^\\s"']{1,256})`),
  form("smbclient mount.cifs", "\\s-U", ` ?["']?[^\\s%"']{1,100}%([^\\s"']{1,256})`),
  {
    commands: TOKEN_LOGINS.split(" "),
    on: new RegExp(`\\b(?:${TOKEN_LOGINS.replaceAll(" ", "|")})\\s+(?:auth\\s+)?${LOGIN}`),
    at: surrounded(/\s([A-Za-z0-9._-]{20,200})(?=\s|["']|$)/dg),
    hint: LOGIN,
  },
  form(
    "echo",
    "\\becho ",
    `(?:-n )?${QUOTED}\\s*\\|\\s*(?:sudo -S|[^|\\n]{0,120}--password-stdin|[^|\\n]{0,60}\\blogin\\b)`,
    followed("\\becho\\b", "\\|"),
  ),
  form(
    "ENV ARG setx set",
    "(?:ENV|ARG|setx|set -\\w*x\\w*)\\s",
    `\\s*\\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|ACCESS_KEY|PRIVATE_KEY)\\s+${QUOTED}`,
    /^\s*(?:ENV|ARG|setx|set -\w*x\w*)\s/,
  ),
  form("machine", "\\bpassword\\s", `\\s*${QUOTED}`, /\bmachine\s/),
];
const FORMS_OF = byCommand(FORMS);
const COMMAND = new RegExp(`\\b(?:${[...FORMS_OF.keys()].join("|").replaceAll(".", "\\.")})\\b`, "g");
const CURL_COOKIES = followed("\\bcurl\\b", "\\s-b[ =]?");
const ANY_HINT = new RegExp([...new Set(FORMS.map(({ hint }) => hint)), "\\s-b"].join("|"), "g");
/** A line longer than this is no command. */
const LONGEST_LINE = 4000;

/** A line on which `then` comes behind `first`, up to its last. Begins once a line, however often `first` stands on it. */
function followed(first: string, then: string): RegExp {
  return new RegExp(`(?:^|[\\r\\u2028\\u2029])(?:(?!${first}).)*${first}.*${then}`);
}

/** Secrets given to well-known commands in their own way: `curl -u`, `docker login -p`, `mysql -p`, `.netrc`. */
export function commandSpans(text: string): Span[] {
  return [
    ...spansOnLines(text, ANY_HINT, (line) => (line.length <= LONGEST_LINE ? lineSpans(line) : [])),
    ...spansOnLines(text, /\bpassword\s/g, (line, at) =>
      netrcSpans(line, text.slice(0, Math.max(0, at - 1))),
    ),
  ];
}

function lineSpans(line: string): Span[] {
  const forms = formsOn(line);
  if (forms.size === 0) return [];
  const cookies = line.includes("-b") ? CURL_COOKIES.exec(line) : null;
  const spans =
    cookies === null ? [] : cookieSpans(line, { text: "cookie", end: cookies[0].length + cookies.index });
  for (const { at } of forms) spans.push(...spansOf(line, at, isGiven));
  return spans;
}

/** What to look for on a line, by the commands on it. */
function formsOn(line: string): Set<CommandForm> {
  const found = new Set<CommandForm>();
  const commands = new Set<string>();
  COMMAND.lastIndex = 0;
  // `matchAll` would copy the pattern for each line.
  for (let match = COMMAND.exec(line); match !== null; match = COMMAND.exec(line)) commands.add(match[0]);
  for (const command of commands) {
    for (const form of FORMS_OF.get(command) ?? []) if (form.on?.test(line) !== false) found.add(form);
  }
  return found;
}

function byCommand(forms: readonly CommandForm[]): Map<string, CommandForm[]> {
  const map = new Map<string, CommandForm[]>();
  for (const form of forms)
    for (const command of form.commands) map.set(command, [...(map.get(command) ?? []), form]);
  return map;
}

/** A `.netrc` written over several lines. */
function netrcSpans(line: string, before: string): Span[] {
  const value = /^\s*password\s+(\S+)\s*$/.exec(line)?.[1];
  if (value === undefined || isPlainValue(value)) return [];
  const previous = before.slice(before.lastIndexOf("\n") + 1);
  if (!/^\s*(?:login|machine|account)\s/.test(previous)) return [];
  const start = line.lastIndexOf(value);
  return [{ start, end: start + value.length }];
}
