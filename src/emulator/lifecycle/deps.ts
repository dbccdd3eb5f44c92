import type { ChaosRules, Hold } from "../chaos.ts";
import type { Clock } from "../clock.ts";
import type { LogStore } from "../logs/store.ts";
import type { Runner } from "../run/index.ts";
import type { Accounts } from "../state/accounts.ts";
import type { Folders, SavedImages } from "../state/folders.ts";
import type { JobRecord, StatusItem } from "../state/job.ts";
import type { JobTable } from "../state/job-table.ts";
import type { Platform } from "../state/platform.ts";
import type { Collection } from "../state/store.ts";
import type { Nodes } from "./nodes.ts";
import type { Timing } from "./timing.ts";

/** A persistent disk. Source: protocol reference 5.4. */
export interface Disk {
  id: string;
  name?: string | undefined;
  cluster: string;
  org: string;
  project: string;
  owner: string;
  /** Bytes. */
  storage: number;
  lifeSpanSeconds?: number | undefined;
  createdMs: number;
}

/** What the emulated platform consists of, and what its jobs and its API both work on. */
export interface PlatformParts {
  platform: Platform;
  table: JobTable;
  accounts: Accounts;
  clock: Clock;
  timing: Timing;
  logs: LogStore;
  images: SavedImages;
  folders: Folders;
  /** By `cluster/org/project/key`. */
  secrets: Collection<string>;
  /** By id. */
  disks: Collection<Disk>;
  /** Jobs that a scene keeps waiting, by id. */
  pinned: Map<string, Hold>;
}

export interface LifecycleDeps extends PlatformParts {
  runner: Runner;
  chaos: Pick<ChaosRules, "forJob">;
  /** Of the machine. */
  memoryBytes: number;
}

/** What one run of a job needs from around it. */
export interface RunDeps extends LifecycleDeps {
  nodes: Nodes;
  move(job: JobRecord, item: StatusItem): boolean;
  /** Whether the job may take a seat among the running jobs of its owner and org. */
  seatFree(job: JobRecord): boolean;
  /** Whether another job writes to a disk that this one needs. */
  diskBusy(job: JobRecord): boolean;
  inSchedule(job: JobRecord): boolean;
}
