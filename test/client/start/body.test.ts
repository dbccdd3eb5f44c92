import { describe, expect, test } from "vitest";
import { startBody, toMinutes } from "../../../src/client/start/body.ts";

const AT = { base: { cluster: "default", org: "acme", project: "vision" }, clusters: [], images: new Map() };

describe("startBody", () => {
  test("turns a value that refers to a secret into a secret variable", () => {
    const env = { A: "1", T: "secret:/nlp/tok", EMPTY: "" };
    const secretEnv = { U: "secret:u" };

    expect(startBody({ image: "ubuntu", env, secretEnv }, "cpu", AT)).toMatchObject({
      env: { A: "1", EMPTY: "" },
      secret_env: { T: "secret://default/acme/nlp/tok", U: "secret://default/acme/vision/u" },
    });
  });
});

describe("toMinutes", () => {
  test("rounds up to whole minutes", () => {
    expect([60, 61, 3600, 3661.5].map((seconds) => toMinutes(seconds, "It"))).toEqual([1, 2, 60, 62]);
  });

  test.each([0, 59.9, -1, Number.NaN])("refuses %d seconds", (seconds) => {
    expect(() => toMinutes(seconds, "It")).toThrow("the least is 60 s");
  });
});
