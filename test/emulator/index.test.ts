import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Emulator, EmulatorOptions } from "../../src/emulator/index.ts";
import { startEmulator } from "../../src/emulator/index.ts";

/** The first of three: another run on this machine has others, and no system hands out any so low. */
const PORT = 10_000 + (process.pid % 7000) * 3;
const open: Emulator[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((emulator) => emulator.close()));
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator(options);
  open.push(emulator);
  return emulator;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "emulator-test-"));
  folders.push(path);
  return path;
}

async function call(emulator: Emulator, method: string, path: string, body?: object) {
  const answer = await fetch(emulator.url + path, {
    method,
    headers: { authorization: `Bearer ${emulator.token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return answer.headers.get("content-type")?.includes("json") === true ? JSON.parse(text) : text;
}

const run = (emulator: Emulator, command: string, more: object = {}) =>
  call(emulator, "POST", "/jobs?from_preset", { image: "ubuntu", project_name: "vision", command, ...more });

const until = (emulator: Emulator, id: string, status: string) =>
  vi.waitFor(
    async () => {
      const job = await call(emulator, "GET", `/jobs/${id}`);
      if (job.status !== status) throw new Error(`still ${job.status} ${job.history.reason}`);
      return job;
    },
    { timeout: 30_000, interval: 20 },
  );

describe("startEmulator", () => {
  test("runs jobs as processes of this machine", async () => {
    const emulator = await start();
    const good = await run(emulator, "sh -c 'echo $NEURO_JOB_OWNER'");
    const bad = await run(emulator, "sh -c 'echo oh no >&2; exit 3'");
    const unknown = await run(emulator, "no-such-program");
    await until(emulator, good.id, "succeeded");
    expect((await until(emulator, bad.id, "failed")).history).toMatchObject({
      exit_code: 3,
      description: "oh no\n",
    });
    const refused = await until(emulator, unknown.id, "failed");
    expect(refused.history.reason).toBe("ContainerCannotRun");
    expect(refused.statuses.map(({ status }: { status: string }) => status)).not.toContain("running");
    expect(await call(emulator, "GET", `/jobs/${good.id}/log`)).toContain("alice\n");
  });

  test("hands over a login that works", async () => {
    const emulator = await start();
    const config = JSON.parse(Buffer.from(emulator.passedConfig, "base64").toString());
    expect(config).toEqual({
      token: emulator.token,
      cluster: emulator.cluster,
      url: emulator.url,
      org_name: emulator.org,
      project_name: emulator.project,
    });
    const answer = await call(emulator, "GET", "/config");
    expect(answer.authorized).toBe(true);
    const bobs = await fetch(`${emulator.url}/config`, {
      headers: { authorization: `Bearer ${emulator.tokenFor("bob")}` },
    });
    expect(JSON.stringify(await bobs.json())).not.toContain("research");
  });

  test("publishes a job's port at its http_url", async () => {
    const emulator = await start();
    const server = `require('node:http').createServer((q, a) => a.end('you asked for ' + q.url)).listen(${PORT})`;
    const job = await run(emulator, `node -e "${server}"`, {
      name: "web",
      http: { port: PORT, requires_auth: false },
    });
    await until(emulator, job.id, "running");
    const text = await vi.waitFor(
      async () => {
        const answer = await fetch(`${job.http_url}/a/b?c=1`);
        if (answer.status !== 200) throw new Error(`${answer.status}`);
        return answer.text();
      },
      { timeout: 30_000, interval: 50 },
    );
    expect(text).toBe("you asked for /a/b?c=1");
    expect((await fetch(job.http_url_named)).status).toBe(200);
    await call(emulator, "DELETE", `/jobs/${job.id}`);
    expect((await fetch(job.http_url)).status).toBe(404);
  });

  test("asks for a login where a job's page needs one, and has a page where a job publishes none", async () => {
    const emulator = await start();
    const port = PORT + 2;
    const server = `require('node:http').createServer((q, a) => a.end('secret page')).listen(${port})`;
    const [job, silent] = await Promise.all([
      run(emulator, `node -e "${server}"`, { http: { port, requires_auth: true } }),
      run(emulator, "sleep 60"),
    ]);
    await Promise.all([until(emulator, job.id, "running"), until(emulator, silent.id, "running")]);
    await vi.waitFor(
      async () => expect((await fetchPage(job.http_url, emulator.token)).text).toBe("secret page"),
      {
        timeout: 30_000,
      },
    );
    const { auth_url } = await call(emulator, "GET", "/config");
    const login = await fetch(job.http_url);
    expect([login.status, login.url.startsWith(auth_url)]).toEqual([200, true]);
    expect((await fetchPage(job.http_url, "x.y.z")).text).toContain("Log in");
    const done = await fetch(login.url, { method: "POST", redirect: "manual" });
    const token = /^dat=([^;]+); Path=\/http\//.exec(done.headers.get("set-cookie") ?? "")?.[1] ?? "";
    expect(new URL(done.headers.get("location") ?? "", login.url).href).toBe(job.http_url);
    expect((await fetchPage(job.http_url, token)).text).toBe("secret page");
    const cookie = { headers: { cookie: `dat=${emulator.token}` } };
    expect((await fetch(`${emulator.url}/jobs`, cookie)).status).toBe(401);
    expect((await fetch(job.http_url.replace(job.id, silent.id))).status).toBe(200);
  });

  test("lets WebSockets through to a published port, and only who may", async () => {
    const emulator = await start();
    const answer =
      "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\nhello";
    const port = PORT + 1;
    const server = `require('node:http').createServer().on('upgrade', (q, s) => s.end('${answer}')).listen(${port})`;
    const job = await run(emulator, `node -e "${server}"`, { http: { port, requires_auth: true } });
    await until(emulator, job.id, "running");
    const knock = (headers: Record<string, string>) =>
      new Promise<string>((resolve, reject) => {
        const knocking = request(job.http_url, {
          headers: { Connection: "Upgrade", Upgrade: "websocket", ...headers },
        });
        knocking.on("upgrade", (_response, _socket, head) => resolve(String(head)));
        knocking.on("response", ({ statusCode }) => reject(new Error(`refused: ${statusCode}`)));
        knocking.on("error", reject);
        knocking.end();
      });
    const authorization = `Bearer ${emulator.token}`;
    const heard = await vi.waitFor(() => knock({ authorization }), { timeout: 30_000, interval: 100 });
    expect(heard).toBe("hello");
    await expect(knock({})).rejects.toThrow("refused: 401");
  });

  test("leaves no process, folder or port behind", async () => {
    const own = folder();
    vi.stubEnv("TMPDIR", own);
    const emulator = await start();
    const seconds = `777.${process.pid}`;
    const job = await run(emulator, `sh -c 'sleep ${seconds} & sleep ${seconds}'`);
    await until(emulator, job.id, "running");
    open.splice(0);
    await emulator.close();
    await expect(fetch(emulator.url)).rejects.toThrow("fetch failed");
    expect(readdirSync(own)).toEqual([]);
    expect(commandLines().filter((line) => line.includes(seconds))).toEqual([]);
  });

  test("keeps jobs, logs and tokens in a data folder, and says what became of what ran", async () => {
    const dataDir = folder();
    const first = await start({ dataDir });
    const done = await run(first, "echo kept");
    const running = await run(first, "sleep 60");
    await until(first, done.id, "succeeded");
    await until(first, running.id, "running");
    open.splice(0);
    await first.close();
    const second = await start({ dataDir });
    expect(second.token).toBe(first.token);
    expect(await call(second, "GET", `/jobs/${done.id}/log`)).toBe("kept\n");
    expect((await call(second, "GET", `/jobs/${running.id}`)).history).toMatchObject({
      status: "failed",
      reason: "NotFound",
      description: "The job could not be scheduled or was preempted.",
    });
  });

  test("refuses a data folder that another emulator uses", async () => {
    const dataDir = folder();
    await start({ dataDir });
    await expect(startEmulator({ dataDir })).rejects.toThrow(/is used by the emulator with pid/);
  });

  test("listens beyond loopback only with a token", async () => {
    await expect(startEmulator({ host: "0.0.0.0" })).rejects.toThrow(/token/);
    await expect(startEmulator({ host: "0.0.0.0", token: "short" })).rejects.toThrow(/16 characters/);
    const emulator = await start({ host: "0.0.0.0", token: "a-long-enough-token" });
    const answer = await fetch(`${emulator.url}/jobs`, {
      headers: { authorization: "Bearer a-long-enough-token" },
    });
    expect(answer.status).toBe(200);
    expect(emulator.token.split(".")).toHaveLength(3);
    expect((await call(emulator, "GET", "/jobs")).jobs).toEqual([]);
  });

  test("names what it cannot start with", async () => {
    await expect(startEmulator({ scene: "nowhere" })).rejects.toThrow(/the scenes are week/);
    await expect(startEmulator({ chaosFile: "/no/such/file" })).rejects.toThrow(/chaos file/);
    const port = Number(new URL((await start()).url).port);
    await expect(startEmulator({ port })).rejects.toThrow(/EADDRINUSE/);
  });
});

async function fetchPage(url: string, dat: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, { headers: { cookie: `dat=${dat}` } });
  return { status: answer.status, text: await answer.text() };
}

function commandLines(): string[] {
  if (!existsSync("/proc/self/cmdline")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readCommand(pid));
}

function readCommand(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

describe("a control group that cannot be used", () => {
  test("refuses the start and leaves the data folder untouched", async () => {
    const [dataDir, memoryGroup] = [folder(), folder()];
    await expect(start({ dataDir, memoryGroup })).rejects.toThrow(/Jobs cannot be limited/);
    expect(readdirSync(dataDir)).toEqual([]);
  });
});
