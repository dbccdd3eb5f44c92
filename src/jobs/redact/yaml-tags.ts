import { isPlainValue, looksLikeToken } from "./secret-values.ts";
import { isBehind } from "./spans.ts";

/** A YAML tag before a value. */
interface Tag {
  name: string;
  start: number;
  /** Where the value begins. */
  end: number;
  /** Where the list begins of which it is the first item. */
  list?: number;
  /** Has digits, as the first word of a password may. */
  doubtful: boolean;
}

const TAG =
  /(\[[ \t]*)?(?:&[\w.-]{1,60}[ \t]+)?(!(?:<[^>\s]{1,200}>|[A-Za-z!][\w!:./%-]{0,100}))(?:[ \t]+&[\w.-]{1,60})?(?:[ \t]+(?=[^\s#])|(?=\[))/y;
/** CloudFormation and GitLab: what follows is the name of a parameter, a resource or a job. */
const NAMING = "Condition|FindInMap|GetAZs|GetAtt|ImportValue|Ref|reference";
const NAMES = new RegExp(`^!(?:${NAMING})$`);
const NAMED = new RegExp(`!(?:${NAMING}) +["']?[\\w.:-]{1,200}["']?`, "g");
/** Home Assistant, pyaml-env and others: a variable, a file, an entry elsewhere. */
const POINTS = /^!(?:env(?:_?var)?|file|include\w*|path|secret)$/i;
const RESOLVED = /\{\{resolve:/;

/** The tag at `at`: `!vault`, `!!str`, `!Sub`, `!ENC[…]`, `!<tag:…>`, with its anchor; not behind `=`. */
export function tagAt(text: string, at: number): Tag | undefined {
  const first = text[at];
  if (first !== "!" && first !== "[" && first !== "&") return undefined;
  TAG.lastIndex = at;
  const [whole, list, name] = TAG.exec(text) ?? [];
  if (whole === undefined || name === undefined) return undefined;
  if (isBehind(text, at, "=>")) return undefined;
  return {
    name,
    start: at + whole.indexOf(name),
    end: at + whole.length,
    ...(list === undefined ? {} : { list: at }),
    doubtful: !name.startsWith("!<") && /\d/.test(name),
  };
}

/** Whether the value behind a tag is the name of one: `!Ref Param`, `!env DB_PASSWORD`, `!If [Prod, !Ref A, !Ref B]`. */
export function pointsElsewhere(tag: string, value: string): boolean {
  if (NAMES.test(tag)) return true;
  if (POINTS.test(tag)) return !looksLikeToken(value);
  if (!value.startsWith("[")) return false;
  if (RESOLVED.test(value)) return true;
  const rest = value.replace(NAMED, "");
  const words = rest.match(/[^\s,[\]"'!]+/g) ?? [];
  return rest !== value && words.every((word) => isPlainValue(word) || /^[A-Za-z:/.-]{1,40}$/.test(word));
}
