import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WITHIN } from "../../support/busy.ts";
import { type Platform, startPlatform } from "./platform.ts";

let platform: Platform;

const ECHO =
  "require('net').createServer(s=>s.pipe(s)).listen(0,function(){console.log(this.address().port)})";
const REGISTRY = "registry.default.emulator.local";

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(async () => platform.close());

describe("kill", () => {
  test("ends the job as failed with 137", async () => {
    const id = await platform.run("sleep 600");
    expect((await platform.request("POST", `/jobs/${id}/kill`)).status).toBe(204);
    await platform.reach(id, "failed");
    const { history } = JSON.parse(await (await platform.request("GET", `/jobs/${id}`)).text());
    expect(history).toMatchObject({ status: "failed", reason: "Error", exit_code: 137 });
  });

  test("is refused for a job that does not run", async () => {
    const id = await platform.create("true");
    await platform.reach(id, "succeeded");
    const answer = await platform.request("POST", `/jobs/${id}/kill`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toBe(`{"error": "Job '${id}' is not running."}`);
  });
});

describe("port forward", () => {
  test("carries bytes both ways until one side closes", async () => {
    const id = await platform.run(`node -e "${ECHO}"`);
    await expect.poll(() => platform.logs.range(id, {}).end, WITHIN).toBeGreaterThan(0);
    const port = (
      await (await platform.request("GET", `/jobs/${id}/log`, undefined)).body?.getReader().read()
    )?.value;
    const line = await platform
      .open(
        `${id}/port_forward/${Buffer.from(port ?? "")
          .toString()
          .trim()}`,
      )
      .opened();
    line.socket.send(Buffer.alloc(300_000, "x"));
    await expect.poll(() => line.text.length, WITHIN).toBe(300_000);
    await platform.request("POST", `/jobs/${id}/kill`);
    expect(await line.end).toEqual({ code: 1000, reason: "" });
  });

  test("refuses what is no port", async () => {
    const id = await platform.run("sleep 600");
    const { status, error } = await platform.open(`${id}/port_forward/abc`).end;
    expect({ status, error }).toEqual({ status: 400, error: `{"msg": "Invalid port number 'abc'"}` });
    const plain = await fetch(`${platform.api}/jobs/${id}/port_forward/abc`);
    expect([plain.status, plain.headers.get("x-error")]).toEqual([400, error]);
  });

  test("refuses a port that the job does not listen on, though somebody else does", async () => {
    const id = await platform.run("sleep 600");
    const { port } = new URL(platform.api);
    await new Promise((resolve) => connect(Number(port), "127.0.0.1", () => resolve(undefined)).unref());
    const { status, error } = await platform.open(`${id}/port_forward/${port}`).end;
    expect(status).toBe(400);
    expect(JSON.parse(error ?? "")).toEqual({
      msg: `Cannot connect to port ${port}`,
      error: `ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', ${port})")`,
    });
  });

  test("is refused for a job that does not run", async () => {
    const id = await platform.create("true");
    await platform.reach(id, "succeeded");
    expect((await platform.open(`${id}/port_forward/80`).end).status).toBe(404);
  });
});

describe("save", () => {
  const save = async (id: string, image: string) => {
    const answer = await platform.request("POST", `/jobs/${id}/save`, { container: { image } });
    return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
  };

  test("makes an image that a later job starts from", async () => {
    const image = `${REGISTRY}/acme/vision/trained:v1`;
    const id = await platform.run("echo weights > model.bin; echo saved; sleep 600");
    await expect.poll(() => platform.logs.range(id, {}).end, WITHIN).toBe(6);
    const { status, type, text } = await save(id, image);
    expect({ status, type }).toEqual({ status: 200, type: "application/x-ndjson; charset=utf-8" });
    const lines = text.split("\r\n");
    expect(lines.pop()).toBe("");
    const steps = lines.map((line) => JSON.parse(line));
    expect(steps[0]).toMatchObject({ status: "CommitStarted", details: { image } });
    expect(steps[0].details.container).toMatch(/^[0-9a-f]{64}$/);
    expect(steps[1]).toEqual({ status: "CommitFinished" });
    expect(steps[2]).toEqual({ status: `The push refers to repository [${REGISTRY}/acme/vision/trained]` });
    expect(steps.at(-1)).toMatchObject({ aux: { Tag: "v1" } });
    const later = await platform.create("cat model.bin", { container: { image } });
    await platform.reach(later, "succeeded");
    expect(await (await platform.request("GET", `/jobs/${later}/log?separator=`)).text()).toBe("weights\n");
  });

  test("makes an image of each of two that are saved under one name at once", async () => {
    const id = await platform.run("for n in $(seq 200); do echo $n > file-$n; done; echo saved; sleep 600");
    await expect.poll(() => platform.logs.range(id, {}).end, WITHIN).toBe(6);
    const image = `${REGISTRY}/acme/vision/twice:v1`;
    const [one, two] = await Promise.all([save(id, image), save(id, image)]);
    for (const { text } of [one, two]) expect(text).toContain('"aux"');
  });

  test("tells of a job that does not run in its one line", async () => {
    const id = await platform.create("true");
    await platform.reach(id, "succeeded");
    const message = `Job '${id}' is not running.`;
    const { text } = await save(id, `${REGISTRY}/acme/vision/late:v1`);
    expect(JSON.parse(text)).toEqual({ error: message, errorDetail: { message } });
  });

  test("finds nothing to push of an image without a tag, once it is committed", async () => {
    const id = await platform.run("sleep 600");
    const image = `${REGISTRY}/acme/vision/untagged`;
    const { status, text } = await save(id, image);
    const lines = text
      .trimEnd()
      .split("\r\n")
      .map((line) => JSON.parse(line));
    const error = `Image ${image} not found`;
    expect([status, lines]).toEqual([
      200,
      [
        expect.objectContaining({ status: "CommitStarted" }),
        { status: "CommitFinished" },
        { error, errorDetail: { message: error } },
      ],
    ]);
    expect(platform.context.lifecycle.folder(id)).toBeDefined();
  });

  test.each([
    ["docker.io/library/ubuntu:22.04", "Unknown registry host"],
    ["registry.default.emulator.local/acme/Vision/x:v1", "repository name must be lowercase"],
    ["not an image", "invalid reference format"],
  ])("refuses %s", async (image, error) => {
    const id = await platform.run("sleep 600");
    const { status, text } = await save(id, image);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({
      error: `{'container': DataError("{'image': DataError('${error}')}")}`,
    });
  });

  test("refuses a body without an image", async () => {
    const id = await platform.run("sleep 600");
    const answer = await platform.request("POST", `/jobs/${id}/save`, {});
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: "{'container': DataError('is required')}" });
  });
});

describe("the monitoring address of another cluster", () => {
  const elsewhere = (id: string, path: string) =>
    platform.open(`../../../west/monitoring/api/v1/jobs/${id}/${path}`).end;

  test("has none of the job's containers", async () => {
    const id = await platform.run("echo here; sleep 600");
    const refused = { status: 404, error: `{"error": "Job '${id}' is not running."}` };
    expect(await elsewhere(id, "exec?cmd=ls")).toEqual(refused);
    expect(await elsewhere(id, "attach?stdin=1")).toEqual(refused);
    const kill = await platform.request("POST", `/../../west/monitoring/api/v1/jobs/${id}/kill`);
    expect(kill.status).toBe(404);
    expect(await elsewhere(id, "top")).toEqual({ code: 1000, reason: "" });
    const log = await platform.request("GET", `/../../west/monitoring/api/v1/jobs/${id}/log`);
    expect([log.status, await log.text()]).toEqual([200, ""]);
    await expect.poll(() => platform.logs.range(id, {}).end, WITHIN).toBeGreaterThan(0);
  });
});

describe("a job that is started again", () => {
  test("finds nothing of what it wrote, but for what is mounted", async () => {
    const script = "ls; touch left; sleep 0.05; exit 1";
    const id = await platform.run(script, { job: { restart_policy: "on-failure" } });
    const restarts = async () => {
      const job = JSON.parse(await (await platform.request("GET", `/jobs/${id}`)).text());
      return job.history.restarts;
    };
    await expect.poll(restarts, { timeout: 30_000 }).toBeGreaterThan(1);
    await platform.request("DELETE", `/jobs/${id}`);
    await platform.reach(id, "cancelled");
    const text = await (await platform.request("GET", `/jobs/${id}/log`)).text();
    expect(text).not.toContain("left");
  });
});

describe("a socket that is cut", () => {
  test("has carried the bytes before the cut, and no more", async () => {
    const id = await platform.run("seq 1 5000; sleep 600");
    await expect.poll(() => platform.logs.range(id, {}).end, WITHIN).toBe(23_893);
    const restore = platform.chaos.add({ on: { path: "**/log_ws" }, do: { kind: "cut", afterBytes: 2000 } });
    const line = platform.open(`${id}/log_ws`);
    expect(await line.end).toMatchObject({ code: 1006 });
    restore();
    expect(line.text.length).toBe(2000);
  });
});
