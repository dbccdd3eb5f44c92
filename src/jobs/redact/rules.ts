import { issuedSpans, UNPREFIXED } from "./issuers.ts";
import { isPlainValue, looksLikeToken } from "./secret-values.ts";
import { joined, type Span, type Surrounded, spansAt, spansOf, spansOnLines, surrounded } from "./spans.ts";

/** A form that gives a secret away; the first group that took part is the secret, or all of what was found. */
interface Rule {
  find: RegExp | Surrounded;
  /** What the text around it has, and is found sooner. */
  needs?: RegExp;
  /** Whether what stands there is one; always, if absent. */
  isSecret?: (value: string) => boolean;
}

/** Secrets within a fixed surrounding; the group is the secret. */
const SURROUNDED = [
  /hooks\.slack\.com\/(?:services|workflows|triggers)\/([A-Za-z0-9/_-]{12,200})/dg,
  /discord(?:app)?\.com\/api\/webhooks\/\d{5,25}\/([A-Za-z0-9_-]{20,100})/dg,
  /(?:outlook\.office|webhook\.office)(?:365)?\.com\/webhook[a-z0-9]*\/([^\s"'<>]{20,300})/dg,
  /hooks\.zapier\.com\/hooks\/catch\/([A-Za-z0-9/]{10,60})/dg,
  /\.tines\.com\/webhook\/([a-z0-9]{32}\/[a-z0-9]{32})/dg,
  /\b_gitlab_session=([a-z0-9]{32})/dg,
  /\b(?:okta|OKTA|Okta)\b[^\n]{0,60}?[^\w-](00[A-Za-z0-9_-]{40})(?![\w-])/dg,
  /\bbot(\d{8,10}:[A-Za-z0-9_-]{30,60})/dg,
  /anaconda\.org\/t\/([A-Za-z0-9-]{8,80})(?=\/)/dg,
  /\bUnseal Key \d{1,2}: ([A-Za-z0-9+/=]{20,90})/dg,
  /"(?:value|key)": ?"([A-Za-z0-9+/]{86}==)"/dg,
  /\bIDENTIFIED (?:WITH \S{1,60} )?BY (?:PASSWORD )?'([^'\n]{1,256})'/dgi,
  /"username": ?"[^"\n]{1,100}", ?"key": ?"([^"\n]{16,100})"/dg,
  /\bpassword for [^\n:]{1,60}: ?([^\s"']{4,128})(?=\s*$)/dgim,
  /\bA[KS]IA[A-Z0-9]{12,20}["']?[\s:,;|]{1,3}["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/dg,
  /\b(?:auth ?= ?|HTTPBasicAuth|HTTPDigestAuth|BasicAuth)\( ?["'][^"'\n]{0,100}["'], ?["']([^"'\n]{1,256})["']/dg,
  /\bthin:[\w-]{1,60}\/([^@\s"']{1,128})@/dg,
];

/** Weights & Biases. The key first: words that stand before it are found in any place. */
const WANDB_KEY =
  /[a-f0-9]{40}(?![A-Za-z0-9])(?<=\bwandb\b[^\n]{0,40}?(?:login|key)[^\n]{0,60}?[^A-Za-z0-9][a-f0-9]{40})/g;
const DATA_SOURCE = /\b[\w.-]{1,60}:([^\s:@"'/]{1,128})@(?:tcp|unix)\(/dg;

/** Base64 that may be JSON with a token under its name, such as a passed login. */
const BASE64_JSON = /(?<![A-Za-z0-9+/_-])eyJ[A-Za-z0-9+/_-]{24,}={0,2}/g;
const TOKEN_NAME = /"[\w-]*(?:token|secret|password|api_?key|auth)"\s*:/i;

/** The passwords of URLs, `scheme://user:password@host`. */
const PASSWORD_IN_URL =
  /(?<=[a-z0-9+]:\/\/)[^\s:/@"'<>[]{0,128}:(?!\d{1,5}(?:[/?#,\s"']|$))([^\s"'<>/]{1,256})@(?!sha256:)/diy;
/** A password with a slash that should have been escaped, and was not. */
const SLASHED_PASSWORD =
  /(?<=[a-z0-9+]:\/\/)[^\s:/@"'<>[]{1,128}:(?!\d{1,5}(?:[/?#,\s"']|$)|\/)([^\s"'<>@]{1,256})@(?!sha256:)[\w.-]/diy;
const TOKEN_IN_URL = /(?<=[a-z0-9+]:\/\/)([^\s:/@"'<>[]{16,512})@/diy;

/** What an HTTP client sends, wherever it stands. */
const BEARER = /\b(?:Bearer|bearer|Negotiate)[ \t]+([A-Za-z0-9._~+/=:-]{5,7999}[A-Za-z0-9_~+/=-])/dg;
const BASIC = /\bBasic[ \t]+([A-Za-z0-9._~+/=:-]{5,7999}[A-Za-z0-9_~+/=-])/dg;

// One-time passwords and codes of a second factor: numbers that only the words around them give away.
const CODE = "\\d{3}[ -]\\d{3}|\\d{4,10}";
const CODE_KIND =
  "one[- ]?time|verification|log[- ]?in|sign[- ]?in|security|authentication|authenticator|confirmation|access|backup|recovery|sms|2fa|mfa|otp|totp|(?:two|multi)[- ]factor";
const CODE_THING = "(?:pass[- ]?)?(?:code|word|phrase)|pin|otp|token";
/** `Your one-time code is 493021`, `verification code: 493 021`, `OTP: 493021`. */
const CODE_AFTER = new RegExp(
  `(?<![A-Za-z0-9_-])(?:(?:${CODE_KIND})[ _-](?:${CODE_THING})(?: \\((?:OTP|TOTP)\\))?|t?otp|one-time pin|(?:your|card|sim) pin)["']?[ \\t]*(?:is|was|[:=]|=>|->)?[ \\t]*[: \\t]["'\`]?[ \\t]*(${CODE})(?!\\w|[.,:]\\d|%|-\\w)`,
  "dgi",
);
/** `otp=493021`. The word first, which is found at once, then what stands before it. */
const CODE_ASSIGNED = new RegExp(
  `otp(?<=(?<![A-Za-z0-9-])(?:[A-Za-z0-9]+_)?t?otp)["']?=["']?(${CODE})(?!\\w|[.,:]\\d|%|-\\w)`,
  "dgi",
);
/** `493021 is your verification code`, `G-493021 is …`. */
const CODE_BEFORE = new RegExp(
  `(?<![\\w.-])(?:[A-Z]{1,3}-)?(${CODE})(?= is (?:your|the) (?:[\\w-]{1,20} ){0,3}(?:pass)?(?:code|word|pin|otp)\\b)`,
  "dgi",
);
const CODE_TYPED = new RegExp(
  `\\b(?:use|enter|type)(?: (?:the|this|your))? code[: ]{1,2}(${CODE})(?!\\w|[.,:]\\d|%|-\\w)`,
  "dgi",
);
const CODE_HINT = /code|otp|pin\b|one[- ]?time|password|token\b/gi;

const isNotPlain = (value: string) => !isPlainValue(value);
/** What begins with fixed characters, and is quickly looked for everywhere. */
const RULES: readonly Rule[] = [
  { find: BASE64_JSON, isSecret: (found) => TOKEN_NAME.test(Buffer.from(found, "base64").toString("utf8")) },
  ...SURROUNDED.map((find) => ({ find: surrounded(find), isSecret: isNotPlain })),
  { find: surrounded(BEARER), isSecret: (value) => looksLikeToken(value) },
  { find: surrounded(BASIC), isSecret: isBasic },
];
/** Forms within a line that are looked for only where a part of them is found. */
const HINTED: readonly { hint: RegExp; needs?: RegExp; rules: readonly Rule[] }[] = [
  ...UNPREFIXED,
  { hint: /@(?:tcp|unix)\(/g, rules: [{ find: surrounded(DATA_SOURCE), isSecret: isNotPlain }] },
  { hint: /\bwandb\b/g, rules: [{ find: WANDB_KEY }] },
  {
    hint: CODE_HINT,
    needs: /\d{3}/,
    rules: [
      { find: surrounded(CODE_AFTER) },
      { find: surrounded(CODE_ASSIGNED) },
      { find: surrounded(CODE_BEFORE), needs: / is /i },
      { find: surrounded(CODE_TYPED), needs: / code/i },
    ],
  },
];
/** Longer than what any rule of a URL finds. */
const LONGEST_IN_URL = 600;
/** Where one finds a secret, those below it find none but a part of it. */
const IN_URL = [
  { find: surrounded(PASSWORD_IN_URL), isSecret: isGiven },
  { find: surrounded(SLASHED_PASSWORD), isSecret: isGiven },
  { find: surrounded(TOKEN_IN_URL), isSecret: (value: string) => looksLikeToken(value, 20) },
];

/** Every secret that its own form, or a fixed surrounding, gives away. */
export function ruleSpans(text: string): Span[] {
  const anywhere = RULES.map((rule) => spansOf(text, rule.find, rule.isSecret));
  const hinted = HINTED.map(({ hint, needs, rules }) =>
    spansOnLines(text, hint, (line) =>
      needs?.test(line) === false ? [] : joined(rules.map((rule: Rule) => lineSpans(line, rule))),
    ),
  );
  return joined([issuedSpans(text), ...anywhere, ...hinted, urlSpans(text)]);
}

function lineSpans(line: string, { find, needs, isSecret }: Rule): Span[] {
  return needs?.test(line) === false ? [] : spansOf(line, find, isSecret);
}

/** Looked for only behind `://`, and where the `@` that each match has is within reach. */
function urlSpans(text: string): Span[] {
  const places: number[] = [];
  let next = -1;
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 1)) {
    if (next < at) next = text.indexOf("@", at);
    if (next < 0) break;
    if (next - at < LONGEST_IN_URL) places.push(at + "://".length);
  }
  const spans: Span[][] = [];
  let open: readonly number[] = places;
  for (const rule of IN_URL) {
    const missed: number[] = [];
    spans.push(spansAt(text, open, rule, missed));
    open = missed;
  }
  return joined(spans);
}

/** Whether a value given in the place of a password is one: `host:8080` has none. */
export function isGiven(value: string): boolean {
  return !isPlainValue(value) && !/^\d{1,5}(?::\d{1,5})?$/.test(value);
}

function isBasic(value: string): boolean {
  return /^[\x20-\x7e]{0,200}:[\x20-\x7e]{1,400}$/.test(Buffer.from(value, "base64").toString("latin1"));
}
