import type { JobRecord, StatusItem } from "../../../src/emulator/state/job.ts";

/** A job record with nothing special about it. */
export function record(index: number, changes: Partial<JobRecord> = {}): JobRecord {
  const created = 1_795_000_000_000 + index * 1000;
  const item = (status: StatusItem["status"], afterMs: number, reason: string | null = null): StatusItem => ({
    status,
    atMs: created + afterMs,
    reason,
    description: null,
  });
  return {
    id: `job-00000000-0000-4000-a000-${String(index).padStart(12, "0")}`,
    owner: ["alice", "bob"][index % 2] ?? "alice",
    cluster: "default",
    org: "acme",
    project: ["vision", "nlp"][index % 2] ?? "vision",
    tags: [`tag-${index % 100}`],
    presetName: "cpu-small",
    container: {
      image: "ubuntu",
      resources: { cpu: 1, memory: 2 ** 30 },
      env: {},
      volumes: [],
      secret_env: {},
      secret_volumes: [],
      disk_volumes: [],
      tty: false,
    },
    schedulerEnabled: false,
    preemptibleNode: false,
    passConfig: false,
    privileged: false,
    waitForJobsQuota: false,
    restartPolicy: "never",
    priority: "normal",
    pricePerHour: "0.5",
    materialized: false,
    beingDropped: false,
    logsRemoved: false,
    statuses: [
      item("pending", 0, "Creating"),
      item("running", 100),
      { ...item(index % 50 === 0 ? "failed" : "succeeded", 500), exitCode: index % 50 === 0 ? 1 : 0 },
    ],
    ...changes,
  };
}
