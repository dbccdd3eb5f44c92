import { isPlainValue, looksLikeToken } from "./secret-values.ts";
import { type Span, spansOf } from "./spans.ts";

/** A form that gives a secret away; the first group that took part is the secret, or all of what was found. */
interface Rule {
  find: RegExp;
  /** Whether what stands there is one; always, if absent. */
  isSecret?: (value: string) => boolean;
  /** Cheap to find: a text without it is not searched. */
  hint?: RegExp;
}

/**
 * Formats that say by themselves that they are secret, as their issuers document them. Each begins with fixed
 * characters and has a bounded or simple tail, so that no text makes the search slow.
 */
const PREFIXED = [
  "(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}(?![a-z])", // AWS
  "gh[pousr]_[A-Za-z0-9]{16,}",
  "github_pat_[A-Za-z0-9_]{20,}",
  "gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt|ffct)-[A-Za-z0-9_.-]{16,}",
  "gloas-[A-Za-z0-9_-]{20,}",
  "GR1348941[A-Za-z0-9_-]{16,}",
  "xox[abeoprs]-[A-Za-z0-9-]{10,}",
  "xapp-\\d-[A-Za-z0-9-]{10,}",
  "sk-(?:ant|proj|svcacct|admin|or|lf|None)-[A-Za-z0-9_-]{12,}",
  "hf_[A-Za-z0-9]{22,}",
  "api_org_[A-Za-z0-9]{20,}",
  "wandb_v\\d_[A-Za-z0-9_]{20,}",
  "AIza[A-Za-z0-9_-]{30,}",
  "ya29\\.[A-Za-z0-9_-]{16,}",
  "GOCSPX-[A-Za-z0-9_-]{16,}",
  "1//0[A-Za-z0-9_-]{24,}",
  "(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}",
  "whsec_[A-Za-z0-9+/=]{16,}",
  "pypi-AgE[A-Za-z0-9_-]{16,}",
  "dckr_(?:pat|oat)_[A-Za-z0-9_-]{16,}",
  "do[opr]_v1_[a-f0-9]{40,}",
  "SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}",
  "shp(?:at|ca|pa|ss)_[a-fA-F0-9]{24,}",
  "sq0(?:atp|csp)-[A-Za-z0-9_-]{20,}",
  "lin_api_[A-Za-z0-9]{30,}",
  "(?:ntn|secret)_[A-Za-z0-9]{40,}",
  "dapi[a-f0-9]{32}(?:-\\d)?",
  "dp\\.(?:pt|st|ct|sa)\\.[A-Za-z0-9._-]{20,}",
  "hv[sbr]\\.[A-Za-z0-9_-]{16,}",
  "gls?[ac]_[A-Za-z0-9+/=_]{24,}",
  "NRAK-[A-Z0-9]{20,}",
  "sntry[su]_[A-Za-z0-9+/=_-]{24,}",
  "r8_[A-Za-z0-9]{30,}",
  "gsk_[A-Za-z0-9]{30,}",
  "pplx-[A-Za-z0-9]{30,}",
  "xai-[A-Za-z0-9]{30,}",
  "nvapi-[A-Za-z0-9_-]{30,}",
  "pcsk_[A-Za-z0-9_]{30,}",
  "lsv2_(?:pt|sk)_[A-Za-z0-9_]{30,}",
  "tskey-[a-z]+-[A-Za-z0-9-]{16,}",
  "sbp_[a-f0-9]{40}",
  "AGE-SECRET-KEY-1[A-Z0-9]{20,}",
  "AT(?:ATT3|BB)[A-Za-z0-9_=-]{24,}",
  "PMAK-[a-f0-9]{20,}-[a-f0-9]{20,}",
  "rubygems_[a-f0-9]{40,}",
  "pul-[a-f0-9]{40}",
  "figd_[A-Za-z0-9_-]{30,}",
  "CCIPAT_[A-Za-z0-9_]{20,}",
  "KGAT_[a-f0-9]{24,}",
  "fo1_[A-Za-z0-9_-]{30,}",
  "EAAA[A-Za-z0-9_-]{56,}",
  "eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]*){0,3}", // JWT, JWE
  "\\d{8,10}:AA[A-Za-z0-9_-]{30,}", // Telegram
  "[MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,}", // Discord
  "[A-Za-z0-9_~.-]{3}\\dQ~[A-Za-z0-9_~.-]{31,34}", // Azure AD client secret
  "[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_-]{40,}", // Terraform Cloud
  "LS0tLS1CRUdJTi(?:BSU0EgUFJJ|BQUklW|BFQyBQUkl|BPUEVOU1NI|BFTkNSWVBU|BEU0EgUFJJ)[A-Za-z0-9+/=]{8,}", // base64 of a private key
  "\\$(?:2[abxy]|[56y]|apr1|argon2(?:id?|d))\\$[./A-Za-z0-9$=,]{20,}", // password hashes
];
const PREFIXED_SHAPE = new RegExp(`(?<![A-Za-z0-9])(?:${PREFIXED.join("|")})`, "g");

/** Prefixes that words begin with too: the rest must look like a token. */
const DOUBTFUL_SHAPE =
  /(?<![A-Za-z0-9_-])(?:sk-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{10,}|npm_[A-Za-z0-9]{20,}|pypi-[A-Za-z0-9_-]{50,}|key-[a-f0-9]{32}|SK[a-f0-9]{32}|fw_[A-Za-z0-9]{20,}|shippo_[a-z]+_[a-f0-9]{20,})(?![A-Za-z0-9])/g;

/** Secrets within a fixed surrounding; the group is the secret. */
const SURROUNDED = [
  /hooks\.slack\.com\/(?:services|workflows|triggers)\/([A-Za-z0-9/_-]{12,200})/dg,
  /discord(?:app)?\.com\/api\/webhooks\/\d{5,25}\/([A-Za-z0-9_-]{20,100})/dg,
  /(?:outlook\.office|webhook\.office)(?:365)?\.com\/webhook[a-z0-9]*\/([^\s"'<>]{20,300})/dg,
  /\bbot(\d{8,10}:[A-Za-z0-9_-]{30,60})/dg,
  /anaconda\.org\/t\/([A-Za-z0-9-]{8,80})(?=\/)/dg,
  /\bwandb\b[^\n]{0,40}?(?:login|key)[^\n]{0,60}?[^A-Za-z0-9]([a-f0-9]{40})(?![A-Za-z0-9])/dg,
  /\bUnseal Key \d{1,2}: ([A-Za-z0-9+/=]{20,90})/dg,
  /"(?:value|key)": ?"([A-Za-z0-9+/]{86}==)"/dg,
  /(?<=AccountKey=)([A-Za-z0-9+/]{40,100}={0,2})/dg,
  /\bIDENTIFIED (?:WITH \S{1,60} )?BY (?:PASSWORD )?'([^'\n]{1,256})'/dgi,
  /"username": ?"[^"\n]{1,100}", ?"key": ?"([^"\n]{16,100})"/dg,
  /\bpassword for [^\n:]{1,60}: ?([^\s"']{4,128})(?=\s*$)/dgim,
  /\bA[KS]IA[A-Z0-9]{12,20}["']?[\s:,;|]{1,3}["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/dg,
  /\b(?:auth ?= ?|HTTPBasicAuth|HTTPDigestAuth|BasicAuth)\( ?["'][^"'\n]{0,100}["'], ?["']([^"'\n]{1,256})["']/dg,
  /\b[\w.-]{1,60}:([^\s:@"'/]{1,128})@(?:tcp|unix)\(/dg,
  /\bthin:[\w-]{1,60}\/([^@\s"']{1,128})@/dg,
];

/** Base64 that may be JSON with a token under its name, such as a passed login. */
const BASE64_JSON = /(?<![A-Za-z0-9+/_-])eyJ[A-Za-z0-9+/_-]{24,}={0,2}/g;
const TOKEN_NAME = /"[\w-]*(?:token|secret|password|api_?key|auth)"\s*:/i;

/** The passwords of URLs, `scheme://user:password@host`. */
const PASSWORD_IN_URL =
  /(?<=[a-z0-9+]:\/\/)[^\s:/@"'<>[]{0,128}:(?!\d{1,5}(?:[/?#,\s"']|$))([^\s"'<>/]{1,256})@(?!sha256:)/dgi;
/** A password with a slash that should have been escaped, and was not. */
const SLASHED_PASSWORD =
  /(?<=[a-z0-9+]:\/\/)[^\s:/@"'<>[]{1,128}:(?!\d{1,5}(?:[/?#,\s"']|$)|\/)([^\s"'<>@]{1,256})@(?!sha256:)[\w.-]/dgi;
const TOKEN_IN_URL = /(?<=[a-z0-9+]:\/\/)([^\s:/@"'<>[]{16,512})@/dgi;

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
const CODE_ASSIGNED = new RegExp(
  `(?<![A-Za-z0-9-])(?:[A-Za-z0-9]+_)?t?otp["']?=["']?(${CODE})(?!\\w|[.,:]\\d|%|-\\w)`,
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
const CODE_HINT = /code|otp|pin\b|one[- ]?time|password/i;

const RULES: readonly Rule[] = [
  { find: PREFIXED_SHAPE },
  { find: DOUBTFUL_SHAPE, isSecret: hasSecretTail },
  { find: BASE64_JSON, isSecret: (found) => TOKEN_NAME.test(Buffer.from(found, "base64").toString("utf8")) },
  ...SURROUNDED.map((find) => ({ find, isSecret: (value: string) => !isPlainValue(value) })),
  { find: PASSWORD_IN_URL, isSecret: isGiven },
  { find: SLASHED_PASSWORD, isSecret: isGiven },
  { find: TOKEN_IN_URL, isSecret: (value) => looksLikeToken(value, 20) },
  { find: BEARER, isSecret: (value) => looksLikeToken(value) },
  { find: BASIC, isSecret: isBasic },
  ...[CODE_AFTER, CODE_ASSIGNED, CODE_BEFORE, CODE_TYPED].map((find) => ({ find, hint: CODE_HINT })),
];

/** Every secret that its own form, or a fixed surrounding, gives away. */
export function ruleSpans(text: string): Span[] {
  return RULES.filter(({ hint }) => hint?.test(text) !== false).flatMap(({ find, isSecret }) =>
    spansOf(text, find, isSecret),
  );
}

/** Whether a value given in the place of a password is one: `host:8080` has none. */
export function isGiven(value: string): boolean {
  return !isPlainValue(value) && !/^\d{1,5}(?::\d{1,5})?$/.test(value);
}

function hasSecretTail(found: string): boolean {
  return /\d/.test(found) ? looksLikeToken(found.replace(/^(?:sk-|[a-z]+[_-])/i, "")) : found.length >= 40;
}

function isBasic(value: string): boolean {
  return /^[\x20-\x7e]{0,200}:[\x20-\x7e]{1,400}$/.test(Buffer.from(value, "base64").toString("latin1"));
}
