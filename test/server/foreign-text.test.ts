import type { Emulator } from "../../src/emulator/index.ts";
import type { Agent } from "../support/agent.ts";
import { type FaultProxy, faultProxy } from "../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../support/fixtures.ts";

const HOSTILE =
  "x\nFORGED: all is well\r\nFORGED \u001b[31mred\u0007\u009b0m \u202eabc\u2066 \u200bzero\ufeff\u2028FORGED \u{e0041}";
const RAW =
  /[^\P{Cc}\n\t]|\p{Bidi_Control}|[\u200b-\u200d\u2060-\u2064\ufeff\u2028\u2029\u00ad]|[\u{e0000}-\u{e007f}]/u;
const FORGED = /^[\s>*`-]*FORGED/m;

type Wire = Record<string, unknown>;
const container = (more: Wire) => (job: Wire) => ({
  ...job,
  container: { ...(job.container as Wire), ...more },
});
const TEXTS = [
  ...[
    "description",
    "http_url",
    "http_url_named",
    "internal_hostname",
    "internal_hostname_named",
    "namespace",
  ],
  ...["org_project_hash", "energy_schedule_name", "restart_policy", "priority", "preset_name", "uri"],
];

/** Lies about one part of every job; what looks a job up by that part needs a lie of its own. */
const LIES: Record<string, (job: Wire) => Wire> = {
  "its texts": (job) =>
    container({
      image: HOSTILE,
      command: HOSTILE,
      entrypoint: HOSTILE,
      working_dir: `/${HOSTILE}`,
      env: { [HOSTILE]: HOSTILE },
      volumes: [
        { src_storage_uri: `storage://default/${HOSTILE}`, dst_path: `/${HOSTILE}`, read_only: true },
      ],
      secret_env: { [HOSTILE]: `secret://default/${HOSTILE}` },
      secret_volumes: [{ src_secret_uri: `secret://default/${HOSTILE}`, dst_path: `/${HOSTILE}` }],
      disk_volumes: [
        { src_disk_uri: `disk://default/${HOSTILE}`, dst_path: `/${HOSTILE}`, read_only: false },
      ],
      http: { port: 80, requires_auth: true, health_check_path: HOSTILE },
    })({ ...job, ...Object.fromEntries(TEXTS.map((name) => [name, HOSTILE])), tags: [HOSTILE] }),
  "its reasons and its name": (job) => ({
    ...job,
    name: HOSTILE,
    history: { ...(job.history as Wire), reason: HOSTILE, description: HOSTILE },
    statuses: (job.statuses as Wire[]).map((item) => ({ ...item, reason: HOSTILE, description: HOSTILE })),
  }),
  "the words about its end": (job) => ({
    ...job,
    history: { ...(job.history as Wire), reason: "Error", description: HOSTILE },
  }),
  "its image in a registry, its owner and prices": (job) =>
    container({ image: `registry.example.org/a${HOSTILE}:v1` })({
      ...job,
      ...{ owner: HOSTILE, total_price_credits: HOSTILE, price_credits_per_hour: HOSTILE },
    }),
  "its place": (job) => ({ ...job, org_name: HOSTILE, project_name: HOSTILE }),
  "its cluster and status": (job) => ({ ...job, cluster_name: HOSTILE, status: HOSTILE }),
};

function lying(proxy: FaultProxy, change: (job: Wire) => Wire): void {
  const one = (value: Wire): Wire => ("container" in value && "statuses" in value ? change(value) : value);
  const all = (text: string): string => {
    const value = JSON.parse(text) as Wire;
    return JSON.stringify(
      Array.isArray(value.jobs) ? { ...value, jobs: (value.jobs as Wire[]).map(one) } : one(value),
    );
  };
  proxy.add({
    path: /^\/api\/v1\/jobs(?:[/?]|$)/,
    body: (text) => {
      try {
        return text
          .split("\n")
          .map((line) => (line.startsWith("{") ? all(line) : line))
          .join("\n");
      } catch {
        return text;
      }
    },
  });
}

/** Every text of a value, keys too. */
function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...strings(item)]);
}

/** Two jobs that every tool can be called about: one runs, one has failed. */
async function prepare(emulator: Emulator): Promise<{ running: string; failed: string }> {
  const proxy = await faultProxy(emulator);
  const agent = await connectAgent(proxy.platform());
  const start = async (command: string) => {
    const { data } = await agent.ok("job_start", { image: "ubuntu", command, life_span: "1h" });
    return data.jobs[0].id as string;
  };
  const [running, failed] = await Promise.all([
    start("sh -c 'echo on; sleep 1000'"),
    start("sh -c 'echo hello; exit 1'"),
  ]);
  await agent.ok("job_wait", { jobs: [failed], wait_seconds: 30 });
  await agent.ok("job_wait", { jobs: [running], until: "running", wait_seconds: 30 });
  await agent.client.close();
  return { running, failed };
}

function calls({
  running,
  failed,
}: {
  running: string;
  failed: string;
}): [string, Record<string, unknown>][] {
  const both = [running, failed];
  return [
    ["job_list", {}],
    ["job_list", { text: "FORGED" }],
    ["job_list", { tags: ["none"] }],
    ["job_status", { jobs: both }],
    ["job_status", { jobs: [failed, HOSTILE] }],
    ["job_logs", { jobs: both }],
    ["job_logs", { jobs: [failed], grep: HOSTILE.split("\n")[0], until_pattern: "hello" }],
    ["job_wait", { jobs: [failed], wait_seconds: 1 }],
    ["job_wait", { jobs: [running], until: "running", wait_seconds: 1 }],
    ["job_capacity", {}],
    ["job_start", { image: "ubuntu", command: "true", dry_run: true }],
    ["job_exec", { job: running, command: "echo hi" }],
    ["job_exec", { job: failed, command: "echo hi" }],
    ["job_kill", { name_pattern: "*", include_others: true }],
    ["job_telemetry", { job: failed }],
    ["job_extend", { job: failed, by: "1h" }],
    ["job_extend", { job: running, by: "1m" }],
    ["job_signal", { job: failed }],
    ["job_save", { job: failed, image: "mine:v1" }],
    ["job_attach", { job: failed }],
    ["job_forward", { action: "open", job: running, port: 8080 }],
    ["job_forward", { action: "list" }],
    ["job_rerun", { job: failed, dry_run: true }],
    ["job_rerun", { job: running, dry_run: true, image: "other" }],
    ["job_kill", { jobs: [failed, HOSTILE] }],
    ["apolo_context", {}],
    [HOSTILE, {}],
    ["job_list", { [HOSTILE]: HOSTILE, owner: HOSTILE }],
  ];
}

async function everything(
  agent: Agent,
  jobs: { running: string; failed: string },
): Promise<Map<string, unknown>> {
  const answers = new Map<string, unknown>();
  await Promise.all(
    calls(jobs).map(async ([name, args]) => {
      const key = `${name} ${JSON.stringify(args).slice(0, 100)}`;
      answers.set(key, await agent.client.callTool({ name, arguments: args }));
    }),
  );
  const { resources } = await agent.client.listResources();
  answers.set("resources/list", resources);
  const at = "job://default/acme/vision";
  const uris = ["apolo://jobs", "apolo://context", "apolo://presets", `apolo://jobs/none`];
  const own = [jobs.running, jobs.failed].flatMap((id) => [`${at}/${id}`, `${at}/${id}/logs`]);
  await Promise.all(
    [...new Set([...resources.map((listed) => listed.uri), ...uris, ...own])].map(async (uri) => {
      const read = agent.client.readResource({ uri }).catch((error: Error) => error.message);
      answers.set(`resource ${uri.slice(0, 100)}`, await read);
    }),
  );
  for (const name of ["job", "tag"]) {
    const ref = {
      type: "ref/resource" as const,
      uri: name === "tag" ? "apolo://jobs/{tag}" : "job://{cluster}/{org}/{project}/{job}",
    };
    answers.set(`complete ${name}`, await agent.client.complete({ ref, argument: { name, value: "" } }));
  }
  return answers;
}

test("writes no line that a job forges, and no character that cannot be seen", {
  tags: "hostility",
  timeout: 120_000,
}, async ({ emulator }) => {
  const jobs = await prepare(emulator);
  const forgeries = await Promise.all(
    Object.entries(LIES).map(async ([what, change]) => {
      const proxy = await faultProxy(emulator);
      const agent = await connectAgent(proxy.platform());
      lying(proxy, change);
      const answers = await everything(agent, jobs);
      await agent.client.close();
      return [...answers].flatMap(([call, answer]) => {
        const isRaw = strings(answer).some((text) => RAW.test(text));
        const forged = textsOf(answer).filter((text) => FORGED.test(text));
        return [...(isRaw ? ["raw character"] : []), ...forged].map((text) => `${what}: ${call}: ${text}`);
      });
    }),
  );
  expect(forgeries.flat()).toEqual([]);
});

/** What a person or a model reads as lines: texts of tools, errors. JSON of resources keeps line ends escaped. */
function textsOf(answer: unknown): string[] {
  if (typeof answer === "string") return [answer];
  if (typeof answer !== "object" || answer === null) return [];
  const { content = [] } = answer as { content?: { type: string; text?: string }[] };
  return content.flatMap(({ text }) => text ?? []);
}
