import { readFileSync } from "node:fs";
import { split } from "shlex";
import { expect, test } from "vitest";
import { read } from "../settings/read.ts";
import { snippets } from "../support/documents.ts";

const scripts = snippets(readFileSync("docs/deploy.md", "utf8")).filter(({ language }) => language === "sh");
const lines = scripts.flatMap(({ text }) => text.replaceAll("\\\n", " ").split("\n"));
const starts = lines.filter((line) => line.includes(" --http "));

test.each(starts.map((line) => [line.slice(0, 60), line]))("starts over HTTP: %s…", (_, line) => {
  const words = split(line);
  const { http, warnings } = read(words.slice(words.indexOf("--http")));
  expect(http?.port).toBe(8811);
  expect(warnings).toEqual([]);
});

test("shows each way to say who may call", () => {
  const all = starts.join("\n");
  for (const flag of ["--auth platform", "--http-token-file", "--tls-cert", "--trust-proxy", "--key-file"])
    expect(all).toContain(flag);
});
