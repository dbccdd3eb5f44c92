import { makeRedactor } from "../../src/jobs/redact/index.ts";

interface Redacted {
  text: string;
  hidden: number;
}

/** What redaction makes of a text in which secrets are marked `⟦so⟧`, and what it should. */
export function marked(text: string): { redacted: Redacted; expected: Redacted } {
  const secrets = text.match(/⟦[^⟧]*⟧/g) ?? [];
  return {
    redacted: makeRedactor()(text.replace(/[⟦⟧]/g, "")),
    expected: { text: text.replace(/⟦[^⟧]*⟧/g, "[redacted]"), hidden: secrets.length },
  };
}
