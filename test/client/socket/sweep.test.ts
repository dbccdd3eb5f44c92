import { PerformanceObserver } from "node:perf_hooks";
import { runInNewContext } from "node:vm";
import { expect, onTestFinished, test } from "vitest";
import { Sweep } from "../../../src/client/socket/sweep.ts";

test("collects the garbage of what was read every two mebibytes, and gives that power to nobody else", async () => {
  let collections = 0;
  const all = new Promise<void>((resolve) => {
    const observer = new PerformanceObserver((list) => {
      collections += list.getEntries().length;
      if (collections >= 100) resolve();
    });
    observer.observe({ entryTypes: ["gc"] });
    onTestFinished(() => observer.disconnect());
  });
  const sweep = new Sweep();
  for (let mebibytes = 0; mebibytes < 200; mebibytes += 1) sweep.read(1024 * 1024);
  await all;
  expect(runInNewContext("typeof globalThis.gc")).toBe("undefined");
});
