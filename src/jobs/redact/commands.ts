import { cookieSpans } from "./headers.ts";
import { isGiven } from "./rules.ts";
import { isPlainValue } from "./secret-values.ts";
import { type Span, spansOf } from "./spans.ts";

/** A command that takes a secret in its own way; the group is the secret. `on` says on which lines to look. */
interface CommandForm {
  on: RegExp;
  at: RegExp;
}

const QUOTED = `(?:"([^"\\n]{1,512})"|'([^'\\n]{1,512})'|([^\\s"'|;&]{1,512}))`;
const form = (on: RegExp, at: string): CommandForm => ({ on, at: new RegExp(at, "gd") });

const FORMS: readonly CommandForm[] = [
  form(
    /\b(?:curl|wget|https?|xh|httpie|skopeo|nexus)\b/,
    `(?:\\s-u|\\s--(?:proxy-)?user|\\s-U|\\s-a)(?:[ =]*|["'],\\s*(?=["']))(?:"[^\\s:"'/@]{0,100}:([^"\\n]{1,256})"|'[^\\s:"'/@]{0,100}:([^'\\n]{1,256})'|[^\\s:"'/@]{0,100}:([^\\s"']{1,256}))`,
  ),
  form(
    /\b(?:docker|podman|nerdctl|helm|oras|crane|skopeo|buildah|az|mc|cf|twine|argocd|oc)\b.*\b(?:login|upload)\b/,
    `\\s-p[ =]?${QUOTED}`,
  ),
  form(/\b(?:mysql|mysqldump|mysqladmin|mariadb|7z|7za)\b/, `\\s-p${QUOTED}`),
  form(/\b(?:mongo|mongosh|mongodump|sshpass|sqlcmd)\b/, `\\s-[pP] ?${QUOTED}`),
  form(/\b(?:redis-cli)\b/, `\\s-a ?${QUOTED}`),
  form(/\b(?:zip|unzip)\b/, `\\s-P ?${QUOTED}`),
  form(/\b(?:ldapsearch|ldapadd|ldapmodify)\b/, `\\s-w ?${QUOTED}`),
  form(/\bopenssl\b/, `\\bpass:([^\\s"']{1,256})`),
  form(/\b(?:smbclient|mount\.cifs)\b/, `\\s-U ?["']?[^\\s%"']{1,100}%([^\\s"']{1,256})`),
  form(
    /\b(?:wandb|vault|snyk|comet|neptune|hf|huggingface-cli)\s+(?:auth\s+)?(?:login|auth)\b/,
    `\\s([A-Za-z0-9._-]{20,200})(?=\\s|["']|$)`,
  ),
  form(
    /\becho\b.*\|/,
    `\\becho (?:-n )?${QUOTED}\\s*\\|\\s*(?:sudo -S|[^|\\n]{0,120}--password-stdin|[^|\\n]{0,60}\\blogin\\b)`,
  ),
  form(
    /^\s*(?:ENV|ARG|setx|set -\w*x\w*)\s/,
    `(?:ENV|ARG|setx|set -\\w*x\\w*)\\s+\\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|ACCESS_KEY|PRIVATE_KEY)\\s+${QUOTED}`,
  ),
  form(/\bmachine\s/, `\\bpassword\\s+${QUOTED}`),
];
const ANY_COMMAND = new RegExp(FORMS.map(({ on }) => on.source).join("|"));
/** A line longer than this is no command. */
const LONGEST_LINE = 4000;

/** Secrets given to well-known commands in their own way: `curl -u`, `docker login -p`, `mysql -p`, `.netrc`. */
export function commandSpans(text: string): Span[] {
  const spans: Span[] = [];
  let start = 0;
  let previous = "";
  for (const line of text.split("\n")) {
    if (line.length <= LONGEST_LINE && ANY_COMMAND.test(line)) spans.push(...lineSpans(line, start));
    spans.push(...netrcSpans(line, previous, start));
    previous = line;
    start += line.length + 1;
  }
  return spans;
}

function lineSpans(line: string, offset: number): Span[] {
  const cookies = /\bcurl\b.*\s-b[ =]?/.exec(line);
  return [
    ...(cookies === null
      ? []
      : cookieSpans(line, { text: "cookie", end: cookies[0].length + cookies.index })),
    ...FORMS.filter(({ on }) => on.test(line)).flatMap(({ at }) => spansOf(line, at, isGiven)),
  ].map(({ start, end }) => ({ start: start + offset, end: end + offset }));
}

/** A `.netrc` written over several lines. */
function netrcSpans(line: string, previous: string, offset: number): Span[] {
  if (line.length > 600 || !/^\s*(?:login|machine|account)\s/.test(previous.slice(0, 600))) return [];
  const value = /^\s*password\s+(\S+)\s*$/.exec(line)?.[1];
  if (value === undefined || isPlainValue(value)) return [];
  const start = offset + line.lastIndexOf(value);
  return [{ start, end: start + value.length }];
}
