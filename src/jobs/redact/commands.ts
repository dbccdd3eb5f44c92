import { cookieSpans } from "./headers.ts";
import { isGiven } from "./rules.ts";
import { isPlainValue } from "./secret-values.ts";
import { type Span, spansOf, spansOnLines } from "./spans.ts";

/** A command that takes a secret in its own way. */
interface CommandForm {
  /** On which lines to look. */
  on: RegExp;
  /** The group is the secret. */
  at: RegExp;
  /** A part that is found more seldom than the command. */
  hint: string;
}

const QUOTED = `(?:"([^"\\n]{1,512})"|'([^'\\n]{1,512})'|([^\\s"'|;&]{1,512}))`;
const LOGIN = "\\b(?:login|auth)\\b";
const form = (on: RegExp, begin: string, rest: string): CommandForm => ({
  on,
  at: new RegExp(`(?:${begin})${rest}`, "gd"),
  hint: begin,
});

const FORMS: readonly CommandForm[] = [
  form(
    /\b(?:curl|wget|https?|xh|httpie|skopeo|nexus)\b/,
    "\\s-[uUa]|\\s--(?:proxy-)?user",
    `(?:[ =]*|["'],\\s*(?=["']))(?:"[^\\s:"'/@]{0,100}:([^"\\n]{1,256})"|'[^\\s:"'/@]{0,100}:([^'\\n]{1,256})'|[^\\s:"'/@]{0,100}:([^\\s"']{1,256}))`,
  ),
  form(
    /\b(?:docker|podman|nerdctl|helm|oras|crane|skopeo|buildah|az|mc|cf|twine|argocd|oc)\b.*\b(?:login|upload)\b/,
    "\\s-p",
    `[ =]?${QUOTED}`,
  ),
  form(/\b(?:mysql|mysqldump|mysqladmin|mariadb|7z|7za)\b/, "\\s-p", QUOTED),
  form(/\b(?:mongo|mongosh|mongodump|sshpass|sqlcmd)\b/, "\\s-[pP]", ` ?${QUOTED}`),
  form(/\b(?:redis-cli)\b/, "\\s-a", ` ?${QUOTED}`),
  form(/\b(?:zip|unzip)\b/, "\\s-P", ` ?${QUOTED}`),
  form(/\b(?:ldapsearch|ldapadd|ldapmodify)\b/, "\\s-w", ` ?${QUOTED}`),
  form(/\bopenssl\b/, "\\bpass:", `([^\\s"']{1,256})`),
  form(/\b(?:smbclient|mount\.cifs)\b/, "\\s-U", ` ?["']?[^\\s%"']{1,100}%([^\\s"']{1,256})`),
  {
    on: new RegExp(`\\b(?:wandb|vault|snyk|comet|neptune|hf|huggingface-cli)\\s+(?:auth\\s+)?${LOGIN}`),
    at: /\s([A-Za-z0-9._-]{20,200})(?=\s|["']|$)/dg,
    hint: LOGIN,
  },
  form(
    /\becho\b.*\|/,
    "\\becho ",
    `(?:-n )?${QUOTED}\\s*\\|\\s*(?:sudo -S|[^|\\n]{0,120}--password-stdin|[^|\\n]{0,60}\\blogin\\b)`,
  ),
  form(
    /^\s*(?:ENV|ARG|setx|set -\w*x\w*)\s/,
    "(?:ENV|ARG|setx|set -\\w*x\\w*)\\s",
    `\\s*\\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|ACCESS_KEY|PRIVATE_KEY)\\s+${QUOTED}`,
  ),
  form(/\bmachine\s/, "\\bpassword\\s", `\\s*${QUOTED}`),
];
const CURL_COOKIES = /\bcurl\b.*\s-b[ =]?/;
const ANY_HINT = new RegExp([...new Set(FORMS.map(({ hint }) => hint)), "\\s-b"].join("|"), "g");
/** A line longer than this is no command. */
const LONGEST_LINE = 4000;
const LONGEST_NETRC_LINE = 600;

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
  const cookies = CURL_COOKIES.exec(line);
  return [
    ...(cookies === null
      ? []
      : cookieSpans(line, { text: "cookie", end: cookies[0].length + cookies.index })),
    ...FORMS.filter(({ on }) => on.test(line)).flatMap(({ at }) => spansOf(line, at, isGiven)),
  ];
}

/** A `.netrc` written over several lines. */
function netrcSpans(line: string, before: string): Span[] {
  const value = line.length > LONGEST_NETRC_LINE ? undefined : /^\s*password\s+(\S+)\s*$/.exec(line)?.[1];
  if (value === undefined || isPlainValue(value)) return [];
  const previous = before.slice(before.lastIndexOf("\n") + 1).slice(0, LONGEST_NETRC_LINE);
  if (!/^\s*(?:login|machine|account)\s/.test(previous)) return [];
  const start = line.lastIndexOf(value);
  return [{ start, end: start + value.length }];
}
