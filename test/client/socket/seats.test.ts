import { once } from "node:events";
import { describe } from "vitest";
import { Seats } from "../../../src/client/index.ts";
import type { TakeSeat } from "../../../src/client/socket/seats.ts";
import { expect, JOB_ID, test } from "../../support/platform-stub.ts";

const WHAT = "Reading the log of job-1";

/** Takes as many seats as there are without waiting, in the order of the guests. */
async function fill(...takes: TakeSeat[]) {
  const held: (() => void)[][] = takes.map(() => []);
  for (const [index, take] of takes.entries()) {
    for (let isFull = false; !isFull; ) {
      const leave = await take(WHAT, { timeoutMs: 0 }).catch(() => undefined);
      if (leave === undefined) isFull = true;
      else held[index]?.push(leave);
    }
  }
  return held;
}

describe("seats", () => {
  test("are so many for one, and a quarter of all is left to those who have less", async () => {
    const seats = new Seats({ total: 16, each: 14 });
    const [greedy = [], second = [], third = []] = await fill(seats.forOne(), seats.forOne(), seats.forOne());
    expect([greedy.length, second.length, third.length]).toEqual([14, 2, 0]);
  });

  test("are refused in words that say what to do, and cost nothing", async () => {
    const take = new Seats({ total: 9, each: 1 }).forOne();
    const leave = await take(WHAT, {});
    await expect(take(WHAT, { timeoutMs: 0 })).rejects.toMatchObject({
      ...{ code: "rate_limited", outcome: "nothing", retryable: true },
      message: expect.stringMatching(
        /^Reading the log of job-1: all connections .+ Stop following some logs/,
      ),
    });
    leave();
    leave();
    await take(WHAT, { timeoutMs: 0 });
    await expect(take(WHAT, { timeoutMs: 0 })).rejects.toMatchObject({ code: "rate_limited" });
  });

  test("go next to whoever has least, then to who waits longest", async () => {
    const seats = new Seats({ total: 4, each: 4 });
    const [rich, poor] = [seats.forOne(), seats.forOne()];
    const [mine = []] = await fill(rich);
    const order: string[] = [];
    const waiting = [
      rich(WHAT, {}).then(() => order.push("rich")),
      poor(WHAT, {}).then(() => order.push("poor 1")),
      poor(WHAT, {}).then(() => order.push("poor 2")),
    ];
    for (const leave of mine) leave();
    await Promise.all(waiting);
    expect(order).toEqual(["poor 1", "poor 2", "rich"]);
  });

  test("are not lost to one who gives up waiting", { tags: "leaks" }, async () => {
    const take = new Seats({ total: 1, each: 1 }).forOne();
    const leave = await take(WHAT, {});
    const cancelled = new AbortController();
    const impatient = take(WHAT, { signal: cancelled.signal });
    const patient = take(WHAT, {});
    cancelled.abort(new Error("cancelled"));
    await expect(impatient).rejects.toThrow("cancelled");
    leave();
    (await patient)();
    await take(WHAT, { timeoutMs: 0 });
  });
});

describe("the sockets of a platform", { tags: "leaks" }, () => {
  test("wait for a seat, and return it when they close", async ({ stub }) => {
    const seats = new Seats({ total: 9, each: 1 });
    const { jobs } = stub.connect({ seat: seats.forOne() });
    const other = stub.connect({ seat: seats.forOne() });
    stub.play("/log_ws", (socket) => socket.send(Buffer.from("a\n")));
    const first = jobs.monitor(JOB_ID)[Symbol.asyncIterator]();
    await first.next();
    const second = jobs.monitor(JOB_ID)[Symbol.asyncIterator]().next();
    await other.jobs.monitor(JOB_ID)[Symbol.asyncIterator]().next();
    expect(stub.seen).toHaveLength(2);
    await first.return?.();
    expect((await second).done).toBe(false);
    expect(stub.seen).toHaveLength(3);
  });

  test("return the seat when the platform refuses them", async ({ stub }) => {
    const { jobs } = stub.connect({ seat: new Seats({ total: 9, each: 1 }).forOne() });
    stub.refuse = () => "HTTP/1.1 503 No\r\nX-Error: busy\r\nContent-Length: 0\r\n\r\n";
    for (let count = 0; count < 3; count += 1)
      await expect(jobs.monitor(JOB_ID)[Symbol.asyncIterator]().next()).rejects.toThrow("busy");
  });

  test("are no more HTTP connections than they may be", async ({ stub }) => {
    const { jobs } = stub.connect({ mostConnections: 2 });
    let connections = 0;
    stub.server.on("connection", () => {
      connections += 1;
    });
    stub.on("GET /api/v1/jobs/", (response) => response.writeHead(404).end("{}"));
    const asked = Array.from({ length: 12 }, () => jobs.get(JOB_ID).catch(() => undefined));
    await once(stub.server, "connection");
    await Promise.all(asked);
    expect(connections).toBeLessThanOrEqual(2);
  });
});
