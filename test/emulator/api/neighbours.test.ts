import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { create, untilJob } from "../support/requests.ts";
import type { Scripted } from "../support/scripted.ts";
import { startScripted } from "../support/scripted.ts";

let platform: Scripted;
beforeEach(async () => {
  platform = await startScripted();
});
afterEach(() => platform.close());

const place = { project_name: "vision", org_name: "acme" };
const query = "?project_name=vision&org_name=acme";

describe("secrets", () => {
  test("are stored, listed without their values, used by jobs and deleted", async () => {
    const body = { key: "k1", value: Buffer.from("s3cret").toString("base64"), ...place };
    expect((await platform.call("POST", "/default/secrets", { body })).status).toBe(201);
    const listed = await platform.call("GET", `/default/secrets${query}`);
    expect(listed.json).toEqual([{ key: "k1", owner: "vision", ...place }]);
    const read = await platform.call("GET", `/default/secrets/k1${query}`);
    expect(read.json).toEqual({ key: "k1", owner: "vision", value: body.value, ...place });
    const { id } = await create(platform, {
      secret_env: { S: "secret://default/acme/vision/k1" },
      secret_volumes: [{ src_secret_uri: "secret://default/acme/vision/k1", dst_path: "/etc/k1" }],
    });
    await untilJob(platform, id, { status: "running" });
    expect(platform.runner.jobs[0]?.launch.env.S).toBe("s3cret");
    expect(platform.runner.jobs[0]?.launch.mounts[0]).toMatchObject({ target: "/etc/k1", readOnly: true });
    expect((await platform.call("DELETE", `/default/secrets/k1${query}`)).status).toBe(204);
    expect((await platform.call("DELETE", `/default/secrets/k1${query}`)).status).toBe(404);
  });

  test("are for members who may write", async () => {
    const answer = await platform.call("POST", "/default/secrets", {
      body: { key: "k", value: "", ...place },
      user: "carol",
    });
    expect(answer.json).toEqual({ missing: [{ uri: "secret://default/acme/vision", action: "write" }] });
  });

  test.each(["a/b", "..", "a b", ""])("have no key %j", async (key) => {
    const answer = await platform.call("POST", "/default/secrets", { body: { key, value: "", ...place } });
    expect(answer.status).toBe(400);
  });
});

describe("disks", () => {
  test("are made, found by name and mounted", async () => {
    const body = { storage: 2 ** 30, name: "cache", ...place };
    const made = await platform.call("POST", "/default/disks", { body });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      owner: "alice",
      status: "Ready",
      name: "cache",
      storage: 2 ** 30,
      ...place,
    });
    const found = await platform.call("GET", `/default/disks/cache${query}`);
    expect(found.json.id).toBe(made.json.id);
    const disk_volumes = [
      { src_disk_uri: `disk://default/acme/vision/${made.json.id}`, dst_path: "/d", read_only: false },
    ];
    const { id } = await create(platform, { disk_volumes });
    await untilJob(platform, id, { status: "running" });
    expect(platform.runner.jobs[0]?.launch.mounts[0]).toMatchObject({ target: "/d", readOnly: false });
    expect((await platform.call("DELETE", `/default/disks/${made.json.id}`)).status).toBe(204);
    expect((await platform.call("GET", `/default/disks${query}`)).json).toEqual([]);
  });
});

describe("a disk's name", () => {
  const make = (name: unknown) =>
    platform.call("POST", "/default/disks", { body: { storage: 1, name, life_span: null, ...place } });

  test("may be left out, as the official client does it", async () => {
    expect([await make(null), await make(null)].map(({ status, json }) => [status, json.name])).toEqual([
      [201, null],
      [201, null],
    ]);
  });

  test.each(["Cache", "ab", "a_b", "1abc"])("cannot be %j", async (name) => {
    expect((await make(name)).status).toBe(400);
  });

  test("is there once in a project", async () => {
    await make("cache");
    const again = await make("cache");
    expect([again.status, again.json]).toEqual([
      409,
      { code: "DiskNameUsed", description: "Disk with name cache already exists for project vision" },
    ]);
  });
});

describe("sharing", () => {
  const url = (user: string) => `/api/v1/users/${user}/permissions`;

  test("of a job is listed, counts, and is taken back once", async () => {
    const { id, uri } = await create(platform);
    const body = [{ uri, action: "read" }];
    expect((await platform.call("GET", `/api/v1/jobs/${id}`, { user: "mallory" })).status).toBe(403);
    expect((await platform.call("POST", url("mallory"), { body })).json).toEqual(body);
    expect((await platform.call("GET", `/api/v1/jobs/${id}`, { user: "mallory" })).status).toBe(200);
    const shared = await platform.call("GET", `${url("alice")}/shared?uri=job:`);
    expect(shared.json).toEqual([{ uri, action: "read", user: "mallory" }]);
    const revoke = () => platform.call("DELETE", `${url("mallory")}?uri=${encodeURIComponent(uri)}`);
    expect((await revoke()).status).toBe(204);
    const again = await revoke();
    expect([again.status, again.json]).toEqual([400, { error: "Operation has no effect" }]);
  });

  test("lists one's own rights, below an address, and nobody else's", async () => {
    const below = await platform.call("GET", `${url("alice")}?uri=storage://default/acme`);
    expect(below.json).toContainEqual({ uri: "storage://default/acme/vision", action: "manage" });
    expect(
      below.json.every((right: { uri: string }) => right.uri.startsWith("storage://default/acme/")),
    ).toBe(true);
    expect((await platform.call("GET", url("bob"))).status).toBe(403);
    expect((await platform.call("GET", `${url("bob")}/shared`)).status).toBe(403);
  });
});

describe("storage", () => {
  const url = "/default/storage/acme/vision/data/a.txt";

  test("takes files, lists them, gives them back and to jobs", async () => {
    expect((await platform.call("PUT", `${url}?op=CREATE`, { body: "hello" })).status).toBe(201);
    expect((await platform.call("GET", `${url}?op=OPEN`)).text).toBe("hello");
    const { json } = await platform.call("GET", "/default/storage/acme/vision/data?op=LISTSTATUS");
    expect(json.FileStatuses.FileStatus).toEqual([
      { path: "a.txt", type: "FILE", length: 5, modificationTime: expect.any(Number), permission: "read" },
    ]);
    const volumes = [
      { src_storage_uri: "storage://default/acme/vision/data", dst_path: "/data", read_only: true },
    ];
    const { id } = await create(platform, { volumes });
    await untilJob(platform, id, { status: "running" });
    const mount = platform.runner.jobs[0]?.launch.mounts[0];
    expect(readFileSync(`${mount?.source}/a.txt`, "utf8")).toBe("hello");
  });

  test("writes a part of a file", async () => {
    await platform.call("PUT", `${url}?op=CREATE`, { body: "hello there" });
    const headers = { "content-range": "bytes 6-8/*" };
    expect((await platform.call("PATCH", `${url}?op=WRITE`, { body: "you", headers })).status).toBe(200);
    expect((await platform.call("GET", `${url}?op=OPEN`)).text).toBe("hello youre");
    expect((await platform.call("PATCH", `${url}?op=WRITE`, { body: "you" })).status).toBe(400);
  });

  test("makes folders, moves and deletes", async () => {
    await platform.call("PUT", `${url}?op=CREATE`, { body: "x" });
    await platform.call("PUT", "/default/storage/acme/vision/new?op=MKDIRS");
    const moved = await platform.call("POST", `${url}?op=RENAME&destination=/acme/vision/new/b.txt`);
    expect(moved.status).toBe(204);
    const status = await platform.call("GET", "/default/storage/acme/vision/new/b.txt?op=GETFILESTATUS");
    expect(status.json.FileStatus).toMatchObject({ path: "b.txt", length: 1 });
    expect((await platform.call("DELETE", "/default/storage/acme/vision/new?op=DELETE")).status).toBe(204);
    const gone = await platform.call("GET", "/default/storage/acme/vision/new?op=GETFILESTATUS");
    expect([gone.status, gone.json]).toEqual([404, { error: "File not found", errno: "ENOENT" }]);
  });

  test.each(["/acme/vision/%2e%2e/x", "/acme/vision/a%2f..%2f..%2fx", "/acme/vision/a%00"])(
    "does not leave its place for %s",
    async (path) => {
      expect((await platform.call("GET", `/default/storage${path}?op=OPEN`)).status).toBeGreaterThanOrEqual(
        400,
      );
    },
  );

  test("is for members", async () => {
    const answer = await platform.call("PUT", `${url}?op=CREATE`, { body: "x", user: "carol" });
    expect(answer.json).toEqual({
      missing: [{ uri: "storage://default/acme/vision/data/a.txt", action: "write" }],
    });
  });
});

describe("capacity", () => {
  const capacity = async () => (await platform.call("GET", "/default/monitoring/api/v1/jobs/capacity")).json;

  test("counts what could still be added, and falls with every job", async () => {
    const before = await capacity();
    expect(before).toMatchObject({ a100: 2 });
    expect((await platform.call("GET", "/api/v1/jobs/capacity")).json).toEqual(before);
    const { id } = await create(platform, { preset_name: "a100" });
    const small = await create(platform);
    await untilJob(platform, id, { status: "running" });
    await untilJob(platform, small.id, { status: "running" });
    const after = await capacity();
    expect([after.a100, after["cpu-small"]]).toEqual([1, before["cpu-small"] - 1]);
    for (const job of platform.runner.jobs) job.end();
    await untilJob(platform, id, { status: "succeeded" });
    await untilJob(platform, small.id, { status: "succeeded" });
    expect(await capacity()).toEqual(before);
  });
});

describe("quotas and credits", () => {
  test("are read and changed by members of the org only", async () => {
    const url = "/apis/admin/v1/clusters/default/orgs/acme/users/bob";
    const quota = { body: { quota: { total_running_jobs: 5 } } };
    expect((await platform.call("PATCH", `${url}/quota`, quota)).json.quota).toEqual({
      total_running_jobs: 5,
    });
    expect(
      (await platform.call("PATCH", `${url}/balance`, { body: { credits: "10" } })).json.balance.credits,
    ).toBe("10");
    expect((await platform.call("GET", `${url.replace("acme", "research")}`)).status).toBe(404);
    expect((await platform.call("PATCH", `${url}/balance`, { body: { credits: "ten" } })).status).toBe(400);
  });

  test("are charged for what ran, to the member and to the org", async () => {
    const { id } = await create(platform);
    await untilJob(platform, id, { status: "running" });
    platform.clock.advance(7_200_000);
    platform.runner.jobs[0]?.end();
    const job = await untilJob(platform, id, { status: "succeeded" });
    const org = await platform.call("GET", "/apis/admin/v1/clusters/default/orgs/acme");
    expect(org.json.balance.spent_credits).toBe(job.total_price_credits);
    expect(Number(job.total_price_credits)).toBeGreaterThanOrEqual(1);
  });
});

describe("a cluster", () => {
  test("is described to its members, with what the official client needs of it", async () => {
    const { status, json } = await platform.call("GET", "/api/v1/clusters/default");
    expect(status).toBe(200);
    expect(json).toMatchObject({ name: "default", status: "deployed", orchestrator: {} });
    expect(new Date(json.created_at).getTime()).toBeGreaterThan(0);
    expect(json.energy.schedules[0]).toHaveProperty("price_per_kwh");
    expect((await platform.call("GET", "/api/v1/clusters/none")).status).toBe(404);
  });
});

describe("a volume", () => {
  test("keeps its place however its scheme was written", async () => {
    const volumes = [
      { src_storage_uri: "STORAGE://default/acme/vision/data", dst_path: "/d", read_only: true },
    ];
    const { container } = await create(platform, { volumes });
    expect(container.volumes[0].src_storage_uri).toBe("storage://default/acme/vision/data");
  });
});
