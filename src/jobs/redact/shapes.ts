import { isPlainValue, looksLikeToken } from "./secret-values.ts";
import type { Span } from "./spans.ts";

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

/** Every secret that its own form gives away. */
export function shapeSpans(text: string): Span[] {
  return [
    ...Array.from(text.matchAll(PREFIXED_SHAPE), wholeMatch),
    ...[...text.matchAll(DOUBTFUL_SHAPE)].filter(([found]) => tailLooksSecret(found)).map(wholeMatch),
    ...SURROUNDED.flatMap((shape) => [...text.matchAll(shape)].flatMap(groupMatch)),
    ...configSpans(text),
  ];
}

function wholeMatch(match: RegExpExecArray): Span {
  return { start: match.index, end: match.index + match[0].length };
}

function groupMatch(match: RegExpExecArray): Span[] {
  const [start, end] = match.indices?.[1] ?? [];
  const plain = isPlainValue(match[1] ?? "");
  return start === undefined || end === undefined || plain ? [] : [{ start, end }];
}

function tailLooksSecret(found: string): boolean {
  return /\d/.test(found) ? looksLikeToken(found.replace(/^(?:sk-|[a-z]+[_-])/i, "")) : found.length >= 40;
}

/** Base64 of JSON that holds a token under its name, such as a passed login. */
function configSpans(text: string): Span[] {
  return [...text.matchAll(/(?<![A-Za-z0-9+/_-])eyJ[A-Za-z0-9+/_-]{24,}={0,2}/g)]
    .filter(([found]) => /"[\w-]*(?:token|secret|password|api_?key|auth)"\s*:/i.test(decoded(found)))
    .map(wholeMatch);
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
