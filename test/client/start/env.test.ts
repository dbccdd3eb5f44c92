import { describe, expect, test } from "vitest";
import { parseEnv } from "../../../src/client/start/env.ts";

const BASE = { cluster: "default", org: "acme", project: "vision" };

describe("parseEnv", () => {
  test("splits at the first equals sign, later entries winning", () => {
    expect(parseEnv(["A=1", "B=x=y", "C=", "A=2"], BASE)).toEqual({
      env: { A: "2", B: "x=y", C: "" },
      secretEnv: {},
    });
  });

  test("turns a secret's reference into a secret variable", () => {
    expect(parseEnv({ A: "1", T: "secret:/nlp/tok" }, BASE)).toEqual({
      env: { A: "1" },
      secretEnv: { T: "secret://default/acme/nlp/tok" },
    });
  });

  test("copies a bare name from the host's variables only where they were given", () => {
    expect(parseEnv(["HOME", "X"], BASE, { HOME: "/h" }).env).toEqual({ HOME: "/h", X: "" });
    expect(parseEnv(["HOME"], BASE).env).toEqual({ HOME: "" });
  });
});
