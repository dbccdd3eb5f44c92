import { describe, expect, test } from "vitest";
import { explainExitCode, signalOf } from "../../../src/jobs/reasons/exit-codes.ts";

describe("explainExitCode", () => {
  test.each([
    [0, /success/, "stated"],
    [1, /general error of the program/, "stated"],
    [2, /wrong arguments or a shell syntax error/, "stated"],
    [42, /exit code 42, whose meaning the program itself defines/, "stated"],
    [126, /could not be run.*permission/, "stated"],
    [127, /not found in the image/, "stated"],
    [130, /SIGINT/, "inferred"],
    [134, /SIGABRT/, "stated"],
    [137, /signal 9 \(SIGKILL.*memory.*inferred/, "inferred"],
    [138, /signal 10 \(SIGUSR1/, "stated"],
    [139, /segmentation fault.*SIGSEGV/, "stated"],
    [143, /signal 15 \(SIGTERM/, "inferred"],
    [163, /killed by signal 35/, "stated"],
    [255, /255.*-1/, "inferred"],
  ])("explains %d", (code, why, certainty) => {
    const explanation = explainExitCode(code);
    expect(explanation.why).toMatch(why);
    expect(explanation.certainty).toBe(certainty);
  });

  test("gives a next step for every failure", () => {
    for (let code = 1; code <= 255; code += 1) expect(explainExitCode(code).next).not.toBe("");
  });

  test("says for no exit code that somebody cancelled the job", () => {
    for (let code = 0; code <= 255; code += 1)
      expect(explainExitCode(code).why).not.toMatch(/cancel|user ended/i);
  });
});

describe("signalOf", () => {
  test.each([
    [137, "SIGKILL"],
    [129, "SIGHUP"],
    [192, "signal 64"],
    [128, undefined],
    [1, undefined],
    [255, undefined],
  ])("names the signal behind %d", (code, name) => {
    expect(signalOf(code)).toBe(name);
  });
});
