import { describe, expect, test } from "vitest";
import { Runs } from "../../src/operations/runs.ts";

/** Runs that end when they are told to. */
function opened() {
  const runs = new Runs<{ name: string }>();
  return {
    runs,
    begin(name: string) {
      let end = () => {};
      const over = new Promise<void>((resolve) => {
        end = resolve;
      });
      runs.add(name, { name }, over);
      return async () => {
        end();
        await over;
      };
    },
  };
}

describe("what goes on between calls", { tags: "leaks" }, () => {
  test("is kept, however much it is", () => {
    const { runs, begin } = opened();
    for (let nth = 0; nth < 100; nth += 1) begin(`run-${nth}`);
    expect(runs.going()).toHaveLength(100);
    expect(runs.get("run-0")).toEqual({ name: "run-0" });
  });

  test("is found once it is over, among the newest that nobody asked for", async () => {
    const { runs, begin } = opened();
    for (let nth = 0; nth < 100; nth += 1) await begin(`run-${nth}`)();
    expect(runs.isEmpty).toBe(true);
    expect(runs.get("run-99")).toEqual({ name: "run-99" });
    expect(runs.all()).toHaveLength(20);
  });

  test("is forgotten by whoever knows its end", async () => {
    const { runs, begin } = opened();
    const end = begin("run");
    await end();
    runs.forget("run");
    expect(runs.get("run")).toBeUndefined();
  });

  test("does not take the place of the next run with its name when it ends", async () => {
    const { runs, begin } = opened();
    const end = begin("run");
    runs.forget("run");
    begin("run");
    await end();
    expect(runs.going()).toEqual([{ name: "run" }]);
  });
});
