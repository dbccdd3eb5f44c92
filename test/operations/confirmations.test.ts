import { describe, expect, test } from "vitest";
import type { JobDescription } from "../../src/client/index.ts";
import { Confirmations } from "../../src/operations/confirmations.ts";
import { Seals } from "../../src/operations/seals.ts";

const confirmationsOf = (secret: string) =>
  new Confirmations(new Seals((purpose) => Buffer.from(`${secret} ${purpose}`)));
const USUAL = "job-4f6ee8b8-2f3c-4e31-9c4b-0d5a3f3f6a10";

function issue(by: Confirmations, ids: string[], lifeMs = 60_000): string {
  // A token is made of ids alone.
  const jobs = ids.map((id) => ({ id }) as JobDescription);
  return by.issue("kill", { jobs, left: [], leftCount: 3 }, lifeMs);
}

describe("a confirmation", { tags: "kills" }, () => {
  test("stands for exactly its jobs, whatever their ids look like, at every holder of the key", () => {
    const ids = [USUAL, "job-1", "job-ä", USUAL.toUpperCase()];
    const token = issue(confirmationsOf("a"), ids);
    expect(confirmationsOf("a").read("kill", token)).toEqual({
      ids,
      leftCount: 3,
      note: undefined,
    });
    expect(confirmationsOf("b").read("kill", token)).toBe("unknown");
  });

  test("is good for one deed", () => {
    const confirmations = confirmationsOf("a");
    expect(confirmations.read("signal KILL run 0", issue(confirmations, [USUAL]))).toBe("unknown");
  });

  test("is used once, however it is written", () => {
    const confirmations = confirmationsOf("a");
    const token = issue(confirmations, [USUAL]);
    expect(confirmations.use("kill", token)).toBeUndefined();
    expect(confirmations.use("kill", `${token}=`)).toBe("used");
    expect(confirmations.read("kill", token)).toBe("used");
  });

  test("expires", () => {
    const confirmations = confirmationsOf("a");
    expect(confirmations.read("kill", issue(confirmations, [USUAL], -2000))).toBe("expired");
  });

  test("is not used once it has expired", () => {
    const confirmations = confirmationsOf("a");
    expect(confirmations.use("kill", issue(confirmations, [USUAL], -2000))).toBe("expired");
  });

  test.each(["", "x", "not a token at all, whatever it says"])("is not %j", (text) => {
    expect(confirmationsOf("a").read("kill", text)).toBe("unknown");
  });
});
