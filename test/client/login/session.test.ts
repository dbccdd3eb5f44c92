import { describe, onTestFinished, vi } from "vitest";
import { WITHIN } from "../../support/busy.ts";
import {
  expect,
  JOB_ID,
  type PlatformStub,
  reply,
  test,
  token,
  wireJob,
} from "../../support/platform-stub.ts";

const OLD = token("alice", "old");
const NEW = token("alice", "new");

/** A platform that takes the new token only, and a token endpoint that counts. */
function renewing(
  stub: PlatformStub,
  answer: { status: number; body: unknown } = { status: 200, body: FRESH },
) {
  const forms: URLSearchParams[] = [];
  stub.on("POST /oauth/token", (response, _request, body) => {
    forms.push(new URLSearchParams(body));
    reply(response, answer.body, answer.status);
  });
  stub.on(`GET /api/v1/jobs/${JOB_ID}`, (response, { headers }) => {
    if (headers.authorization === `Bearer ${NEW}`) reply(response, wireJob());
    else response.writeHead(401, { "content-type": "text/plain" }).end("401: Unauthorized");
  });
  return forms;
}

const FRESH = { access_token: NEW, expires_in: 3600, refresh_token: "ignored" };

function login(stub: PlatformStub, more = {}) {
  return stub.login({
    token: OLD,
    refreshToken: "refresh-1",
    tokenUrl: `${stub.origin}/oauth/token`,
    clientId: "client-1",
    ...more,
  });
}

describe("a token", { tags: "outages" }, () => {
  test("that was refreshed is refreshed again after three quarters of its life", async ({ stub }) => {
    const forms = renewing(stub);
    const { jobs } = stub.connect({ login: login(stub, { expiresAtMs: Date.now() - 1 }) });
    const startMs = Date.now();
    await jobs.get(JOB_ID);
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ["Date"], now: startMs + 0.74 * 3_600_000 });
    await jobs.get(JOB_ID);
    expect(forms).toHaveLength(1);
    // The token was given some time after the start of the test.
    vi.setSystemTime(startMs + 0.78 * 3_600_000);
    await jobs.get(JOB_ID);
    expect(forms).toHaveLength(2);
  });

  test("is refreshed before it expires", async ({ stub }) => {
    const forms = renewing(stub);
    const { jobs } = stub.connect({ login: login(stub, { expiresAtMs: Date.now() - 1 }) });

    expect((await jobs.get(JOB_ID)).id).toBe(JOB_ID);
    expect(forms.map((form) => Object.fromEntries(form))).toEqual([
      { grant_type: "refresh_token", refresh_token: "refresh-1", client_id: "client-1" },
    ]);
  });

  test("is refreshed once for any number of calls that were refused", async ({ stub }) => {
    const forms = renewing(stub);
    const { jobs } = stub.connect({ login: login(stub) });

    const found = await Promise.all(Array.from({ length: 30 }, () => jobs.get(JOB_ID)));

    expect(found.map(({ id }) => id)).toEqual(Array(30).fill(JOB_ID));
    expect(forms.length).toBe(1);
  });

  test("that cannot be refreshed gives one instruction and no loop", async ({ stub }) => {
    const forms = renewing(stub, { status: 403, body: { error: "invalid_grant" } });
    const { jobs } = stub.connect({ login: login(stub), retries: 3, attemptMs: WITHIN.timeout });

    await expect(jobs.get(JOB_ID)).rejects.toMatchObject({
      code: "not_authenticated",
      retryable: false,
      message: expect.stringContaining("apolo login"),
    });
    expect(forms.length).toBe(1);
    expect(stub.seen.filter((line) => line.startsWith("GET")).length).toBe(1);
    await expect(jobs.get(JOB_ID)).rejects.toThrow("apolo login");
    expect(forms.length).toBe(1);
  });

  test("without a refresh token is reported at the first 401", async ({ stub }) => {
    renewing(stub);
    const { jobs } = stub.connect({ login: stub.login({ token: OLD }) });

    await expect(jobs.get(JOB_ID)).rejects.toMatchObject({
      code: "not_authenticated",
      serverText: "401: Unauthorized",
    });
    expect(stub.seen.length).toBe(1);
  });

  test("is refused again after a refresh without a second one", async ({ stub }) => {
    const forms = renewing(stub, {
      status: 200,
      body: { access_token: token("alice", "bad"), expires_in: 60 },
    });
    const { jobs } = stub.connect({ login: login(stub) });

    await expect(jobs.get(JOB_ID)).rejects.toMatchObject({ code: "not_authenticated" });
    expect(forms.length).toBe(1);
  });

  test("that was refused before is not taken from the saved login again", async ({ stub }) => {
    const tokens: (string | undefined)[] = [];
    let accepted = [NEW];
    stub.on("POST /oauth/token", (response) => reply(response, FRESH));
    stub.on(`GET /api/v1/jobs/${JOB_ID}`, (response, { headers: { authorization = "" } }) => {
      tokens.push(authorization.slice("Bearer ".length));
      if (accepted.includes(authorization.slice("Bearer ".length))) reply(response, wireJob());
      else response.writeHead(401).end("401: Unauthorized");
    });
    const reload = async () => login(stub);
    const { jobs } = stub.connect({ login: login(stub, { reload }) });
    await jobs.get(JOB_ID);
    accepted = [];
    for (let call = 0; call < 3; call += 1)
      await expect(jobs.get(JOB_ID)).rejects.toMatchObject({ code: "not_authenticated" });

    expect(tokens[0]).toBe(OLD);
    expect(tokens.slice(1)).not.toContain(OLD);
  });

  test("that is refused in the midst of a log is renewed, and the log goes on", async ({ stub }) => {
    const forms = renewing(stub);
    const tokens: string[] = [];
    stub.refuse = ({ headers }) => {
      const [, token = ""] = (headers.authorization ?? "").split(" ");
      tokens.push(token);
      const isOver = tokens.length > 1 && token === OLD;
      return isOver ? "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n" : undefined;
    };
    let lines = 0;
    stub.play("/log_ws", (socket) => {
      lines += 1;
      socket.send(Buffer.from(`2026-08-01T10:00:0${lines}.000000000Z line ${lines}\n`), () =>
        lines === 1 ? socket.terminate() : socket.close(1000),
      );
    });
    const texts: string[] = [];
    for await (const { text } of stub.connect({ login: login(stub) }).jobs.follow(JOB_ID)) texts.push(text);

    expect(texts).toEqual(["line 1", "line 2"]);
    expect(tokens).toEqual([OLD, OLD, NEW]);
    expect(forms.length).toBe(1);
  });

  test("endpoint that is down is unavailable, not a dead login", async ({ stub }) => {
    renewing(stub, { status: 503, body: {} });
    const { jobs } = stub.connect({ login: login(stub) });

    await expect(jobs.get(JOB_ID)).rejects.toMatchObject({ code: "unavailable", retryable: true });
  });

  test("is taken from the login read again when the command line has logged in meanwhile", async ({
    stub,
  }) => {
    const forms = renewing(stub);
    const reload = async () => login(stub, { token: NEW });
    const { jobs } = stub.connect({ login: login(stub, { reload }) });

    expect((await jobs.get(JOB_ID)).id).toBe(JOB_ID);
    expect(forms.length).toBe(0);
  });

  test("is refreshed where the saved login cannot be read again", async ({ stub }) => {
    const forms = renewing(stub);
    const reload = () => Promise.reject(new Error("locked"));
    const { jobs } = stub.connect({ login: login(stub, { reload }) });

    expect((await jobs.get(JOB_ID)).id).toBe(JOB_ID);
    expect(forms.length).toBe(1);
  });

  test("is refreshed for a waiting call whose neighbour gave up", async ({ stub }) => {
    renewing(stub);
    const { jobs } = stub.connect({ login: login(stub, { expiresAtMs: 0 }) });
    const controller = new AbortController();
    const impatient = jobs.get(JOB_ID, { signal: controller.signal });
    const patient = jobs.get(JOB_ID);
    controller.abort(new Error("enough"));

    await expect(impatient).rejects.toThrow("enough");
    expect((await patient).id).toBe(JOB_ID);
  });

  test("never shows in an error", { tags: "secrets" }, async ({ stub }) => {
    renewing(stub, { status: 400, body: { error: `bad ${OLD}` } });
    const { jobs } = stub.connect({ login: login(stub) });

    const error = await jobs.get(JOB_ID).catch((thrown: unknown) => thrown);

    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(OLD);
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain("refresh-1");
  });

  test("that was replaced is still a secret", { tags: "secrets" }, async ({ stub }) => {
    renewing(stub);
    const reload = async () => login(stub, { token: NEW, refreshToken: "refresh-2" });
    const platform = stub.connect({ login: login(stub, { reload }) });

    await platform.jobs.get(JOB_ID);

    expect(platform.secrets()).toEqual(expect.arrayContaining([NEW, "refresh-2", OLD, "refresh-1"]));
  });

  test("that is replaced again and again is no secret for ever", { tags: "leaks" }, async ({ stub }) => {
    let nth = 0;
    const next = () => token("alice", `token-${nth}`);
    stub.on(`GET /api/v1/jobs/${JOB_ID}`, (response, { headers }) => {
      if (headers.authorization === `Bearer ${next()}`) reply(response, wireJob());
      else response.writeHead(401).end();
    });
    const reload = async () => login(stub, { token: next(), refreshToken: `refresh-${nth}` });
    const platform = stub.connect({ login: login(stub, { reload }) });

    for (nth = 1; nth <= 30; nth += 1) await platform.jobs.get(JOB_ID);

    expect(platform.secrets()).toContain("refresh-29");
    expect(platform.secrets().length).toBeLessThan(25);
  });
});
