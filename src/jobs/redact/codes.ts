import type { Span } from "./spans.ts";

const CODE = "\\d{3}[ -]\\d{3}|\\d{4,10}";
const KIND =
  "one[- ]?time|verification|log[- ]?in|sign[- ]?in|security|authentication|authenticator|confirmation|access|backup|recovery|sms|2fa|mfa|otp|totp|(?:two|multi)[- ]factor";
const THING = "(?:pass[- ]?)?(?:code|word|phrase)|pin|otp|token";
/** `Your one-time code is 493021`, `verification code: 493 021`, `OTP: 493021`. */
const AFTER = new RegExp(
  `(?<![A-Za-z0-9_-])(?:(?:${KIND})[ _-](?:${THING})(?: \\((?:OTP|TOTP)\\))?|t?otp|one-time pin|(?:your|card|sim) pin)["']?[ \\t]*(?:is|was|[:=]|=>|->)?[ \\t]*[: \\t]["'\`]?[ \\t]*(${CODE})(?!\\w|[.,:]\\d|%|-\\w)`,
  "dgi",
);
const ASSIGNED = new RegExp(
  `(?<![A-Za-z0-9-])(?:[A-Za-z0-9]+_)?t?otp["']?=["']?(${CODE})(?!\\w|[.,:]\\d|%|-\\w)`,
  "dgi",
);
/** `493021 is your verification code`, `G-493021 is …`. */
const BEFORE = new RegExp(
  `(?<![\\w.-])(?:[A-Z]{1,3}-)?(${CODE})(?= is (?:your|the) (?:[\\w-]{1,20} ){0,3}(?:pass)?(?:code|word|pin|otp)\\b)`,
  "dgi",
);
const TYPED = new RegExp(
  `\\b(?:use|enter|type)(?: (?:the|this|your))? code[: ]{1,2}(${CODE})(?!\\w|[.,:]\\d|%|-\\w)`,
  "dgi",
);
/** Cheap to find: without one of these there is nothing to look for. */
const HINT = /code|otp|pin\b|one[- ]?time|password/i;

/** One-time passwords and codes of a second factor: numbers that only the words around them give away. */
export function codeSpans(text: string): Span[] {
  if (!HINT.test(text)) return [];
  return [AFTER, ASSIGNED, BEFORE, TYPED].flatMap((form) =>
    [...text.matchAll(form)].flatMap(({ indices }) => {
      const [start, end] = indices?.[1] ?? [];
      return start === undefined || end === undefined ? [] : [{ start, end }];
    }),
  );
}
