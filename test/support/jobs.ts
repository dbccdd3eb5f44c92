/** The id of a job by its number. */
export const idOf = (number: number) => `job-00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
export const JOB_ID = idOf(1);

/** A structurally valid, unsigned token. */
export function token(user: string, mark = "sig"): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256" })}.${part({ identity: user })}.${Buffer.from(mark).toString("base64url")}`;
}

/** `/config` of a platform with the clusters default and west. */
export function configOf(origin: string) {
  const presets = [
    { name: "cpu-small", credits_per_hour: "0.5", cpu: 1, memory: 2 ** 32 },
    {
      name: "a100",
      credits_per_hour: "45.5",
      cpu: 12,
      memory: 2 ** 36,
      nvidia_gpu: { count: 1, model: "A100" },
    },
  ];
  const cluster = (name: string) => ({
    name,
    orgs: ["acme", "research"],
    registry_url: `https://registry.${name}.example.org`,
    monitoring_url: `${origin}/${name}/jobs`,
    resource_presets: presets,
  });
  const project = (name: string, org_name = "acme") => ({
    name,
    org_name,
    cluster_name: "default",
    role: "admin",
  });
  return {
    authorized: true,
    clusters: [cluster("default"), cluster("west")],
    projects: [project("vision"), project("nlp"), project("lab", "research")],
  };
}

/** A job as the platform sends it. */
export function wireJob(more: Record<string, unknown> = {}): Record<string, unknown> & { id: string } {
  const created_at = "2026-08-01T10:00:00.123456+00:00";
  return {
    id: JOB_ID,
    owner: "alice",
    cluster_name: "default",
    org_name: "acme",
    project_name: "vision",
    namespace: "platform--acme--vision",
    uri: `job://default/acme/vision/${JOB_ID}`,
    status: "running",
    statuses: [{ status: "pending", transition_time: created_at, reason: "Creating", description: null }],
    history: {
      status: "running",
      reason: null,
      description: null,
      created_at,
      started_at: created_at,
      restarts: 0,
    },
    container: {
      image: "ubuntu:latest",
      env: {},
      volumes: [],
      resources: { cpu: 1, memory: 2 ** 32, shm: false },
    },
    scheduler_enabled: false,
    pass_config: false,
    restart_policy: "never",
    priority: "normal",
    total_price_credits: "0",
    price_credits_per_hour: "0.5",
    preset_name: "cpu-small",
    ...more,
  };
}
