import { describe } from "vitest";
import { expect, JOB_ID, test } from "../../support/platform-stub.ts";

describe("monitor", () => {
  test.for([
    [{}, {}],
    [{ debug: false, timestamps: false }, {}],
    [
      { debug: true, timestamps: true, separator: "", since: "2026-08-01T12:00:00Z" },
      { debug: "true", timestamps: "true", separator: "", since: "2026-08-01T12:00:00Z" },
    ],
  ] as const)("asks for a log with %j", async ([options, sent], { stub, platform }) => {
    const opened: URLSearchParams[] = [];
    stub.play("/log_ws", (socket, { url = "" }) => {
      opened.push(new URL(url, "http://stub").searchParams);
      socket.close(1000);
    });
    for await (const _ of platform.jobs.monitor(JOB_ID, options)) expect.unreachable();
    expect(opened.map((query) => Object.fromEntries(query))).toEqual([sent]);
  });

  test("passes on what is printed, not frames without a byte", async ({ stub, platform }) => {
    stub.play("/log_ws", (socket) => {
      for (const text of ["", "one\n", "", "two"]) socket.send(Buffer.from(text));
      socket.close(1000);
    });

    const chunks: string[] = [];
    for await (const chunk of platform.jobs.monitor(JOB_ID)) chunks.push(Buffer.from(chunk).toString());

    expect(chunks).toEqual(["one\n", "two"]);
  });
});
