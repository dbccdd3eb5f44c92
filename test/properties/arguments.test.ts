import fc from "fast-check";
import { split } from "shlex";
import { describe, expect, test } from "vitest";
import type { StartOptions } from "../../src/client/index.ts";
import { commandToRun } from "../../src/jobs/start/command.ts";
import { secretInText } from "../../src/jobs/start/plain-secrets.ts";
import { startProblems } from "../../src/jobs/start/problems.ts";
import { expandSweep, MAX_SWEEP_JOBS } from "../../src/jobs/start/sweep.ts";
import { tools } from "../../src/tools/index.ts";
import { readCall } from "../../src/tools/reading/index.ts";
import { junk } from "../support/arguments.ts";
import { check } from "../support/check.ts";
import { endless, endlessText, hostileText, readOrRefuse } from "../support/hostile.ts";

const RUNS = 150;
const LONGEST_REFUSAL = 5000;
const SYNTAX = [
  "6h",
  "2026-11-22",
  "running",
  "5",
  "1e3",
  "lr-sweep",
  "error|warn",
  '{"LR":"0.1"}',
  '["a"]',
  "http://",
];

const argument = fc
  .constantFrom(...tools.flatMap((tool) => Object.keys(tool.input.shape).map((key) => ({ tool, key }))))
  .chain(({ tool, key }) =>
    fc.record({ tool: fc.constant(tool), key: fc.constantFrom(key, key.toUpperCase(), `${key}s`) }),
  );
const scalar = hostileText(...SYNTAX);
const value = fc.oneof(
  scalar,
  junk,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(scalar, scalar, { maxKeys: 3 }),
);

/** What the tool gets, or undefined where it refuses in words. */
function argsOf(tool: (typeof tools)[number], given: Record<string, unknown>) {
  const read = readCall(tool, given);
  if ("args" in read) return read.args;
  expect(read.refusal).toMatch(/^invalid_argument: \w+ was not called\.\n/);
  expect(read.refusal.length).toBeLessThan(LONGEST_REFUSAL);
  expect(read.refusal).not.toMatch(/undefined|\[object /);
  return undefined;
}

describe("arguments", { tags: "hostility" }, () => {
  test("are taken or refused in words, and mean the same once they are read", () =>
    check(
      fc.property(argument, value, ({ tool, key }, given) => {
        const args = argsOf(tool, { [key]: given });
        if (args !== undefined) expect(argsOf(tool, args)).toEqual(args);
        expect(Object.prototype).not.toHaveProperty("isAdmin");
      }),
      RUNS * 2,
    ));

  test("that are endless are read as fast as they are long", () =>
    check(
      fc.property(argument, endless(...SYNTAX), ({ tool, key }, text) => {
        argsOf(tool, { [key]: endlessText(text) });
        argsOf(tool, { [endlessText(text)]: 1 });
      }),
      25,
    ));
});

describe("a start", { tags: "hostility" }, () => {
  const text = hostileText("python train.py", "&&", "$HOME", "#!/bin/sh\n", "sh -c ", "'a b'");
  const options: fc.Arbitrary<StartOptions> = fc.record({
    ...{
      image: text,
      name: text,
      description: text,
      workingDir: text,
      tags: fc.array(text, { maxLength: 3 }),
    },
    ...{ volumes: fc.array(text, { maxLength: 3 }), env: fc.dictionary(text, text, { maxKeys: 3 }) },
    http: fc.record({ port: fc.integer() }),
  });

  test("has its problems told of arguments it has", () =>
    check(
      fc.property(options, (given) => {
        const known = ["name", "tags", "description", "working_dir", "volumes", "env", "http_port", "image"];
        for (const { field } of startProblems(given)) expect(known).toContain(field);
      }),
      RUNS,
    ));

  test("runs words that a shell would read as they were written, or refuses them", () =>
    check(
      fc.property(text, (written) => {
        const run = readOrRefuse(() => commandToRun(written));
        if (run === undefined) return;
        const words = split(run.command);
        if (run.inShell) expect(words.at(-1)).toBe(written.trim());
        else expect(run.command).toBe(written.trim());
      }),
      RUNS,
    ));

  test("of a sweep has as many jobs as its values combine to, each filled in", () =>
    check(
      fc.property(
        fc.dictionary(
          fc.constantFrom("lr", "seed", "i", "__proto__", "a b"),
          fc.array(scalar, { maxLength: 12 }),
          { maxKeys: 3 },
        ),
        (matrix) => {
          const command = Object.keys(matrix)
            .map((name) => `{${name}}`)
            .join(" ");
          const jobs = readOrRefuse(() => expandSweep({ matrix, command, requestId: "r" }));
          if (jobs === undefined) return;
          const count = Object.values(matrix).reduce((product, values) => product * values.length, 1);
          expect(jobs).toHaveLength(count);
          expect(count).toBeLessThanOrEqual(MAX_SWEEP_JOBS);
          for (const job of jobs)
            expect(job.command).toBe(
              Object.keys(matrix)
                .map((name) => job.values[name])
                .join(" "),
            );
        },
      ),
      RUNS,
    ));

  test("that is endless is read as fast as it is long", () =>
    check(
      fc.property(endless("a=", "--token ", "'", '"a', '"a', '"'), (text) => {
        const long = endlessText(text);
        readOrRefuse(() => commandToRun(long));
        secretInText("command", long);
        startProblems({ image: long, name: long, tags: [long], volumes: [long], env: { [long]: long } });
      }),
      10,
    ));
});
