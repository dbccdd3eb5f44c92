import { costOf, fitted, goingOn, type Point, type Power, workFor } from "../harness/fit.ts";
import type { Row } from "../harness/row.ts";
import { type Simulated, simulate } from "./simulate.ts";

/** A replica as `deploy/kubernetes` has it. */
const MEMORY_MIB = 512;
/** The rest is for what comes at once, and for collecting garbage. */
const BUSY = 0.6;
const FULL = 0.8;
/** Of the measured calls: `rows/http.ts`. */
const MEASURED_CALLERS = 500;
/** A report ends its reading then, and says how far it came: `operations/report/read.ts`. */
const READING_MS = 40_000;
const CALLERS = 10_000;
const JOBS = 10_000_000;

/** What a replica carries, and what many callers and jobs need, computed from what was measured. */
export interface Capacity {
  /** Milliseconds of processor. */
  callMs: number;
  callsPerSecond: number;
  callersByMemory: number;
  /** Who wait for a job each, and do nothing else. */
  waiting: number;
  /** For `CALLERS`, by how often each calls. */
  replicas: { everySeconds: number; replicas: number }[];
  jobs: {
    list: Extrapolated;
    report: Extrapolated;
    /** The most that one report reads. */
    readByOne: number;
  };
  /** A tenth of the callers, on the replicas computed for them. */
  tenth: Simulated & { callers: number; replicas: number };
}

/** What a hundred times the jobs that were measured cost. */
interface Extrapolated {
  ms: number;
  slope: number;
  /** What all sizes but the largest say of the largest, by what it was. */
  foretold: number;
}

export function capacityOf(rows: readonly Row[]): Capacity {
  const find = (name: string) => {
    const row = rows.find((one) => one.name === name);
    if (row === undefined || row.missing !== undefined) throw new Error(`${name} was not measured`);
    return row;
  };
  const points = (name: string) => find(name).growth?.points ?? [];
  const callMs = find("http/processor").value;
  const callerMib = find("http/caller").value / 1024;
  const sharedMib = find("http/memory").value - MEASURED_CALLERS * callerMib;
  const callsPerSecond = (BUSY * 1000) / callMs;
  const callersByMemory = Math.floor((FULL * MEMORY_MIB - sharedMib) / callerMib);
  const replicasFor = (callers: number, everySeconds: number) =>
    Math.ceil(Math.max(callers / everySeconds / callsPerSecond, callers / callersByMemory));
  const report = points("growth/report");
  const tenth = { callers: CALLERS / 10, replicas: replicasFor(CALLERS / 10, 1) };
  const answerMs = find("http/raw-p99").hundredths ?? [];
  return {
    ...{ callMs, callsPerSecond, callersByMemory },
    waiting: Math.floor((BUSY * 1000) / (points("growth/wait")[0]?.[1] ?? Number.NaN)),
    replicas: [1, 10, 60].map((everySeconds) => ({
      everySeconds,
      replicas: replicasFor(CALLERS, everySeconds),
    })),
    jobs: {
      list: extrapolated(points("growth/list")),
      report: extrapolated(report),
      readByOne: workFor(goingOn(report), READING_MS),
    },
    tenth: { ...tenth, ...simulate({ ...tenth, callMs, answerMs }) },
  };
}

function extrapolated(points: readonly Point[]): Extrapolated {
  const [work, cost] = points.at(-1) ?? [Number.NaN, Number.NaN];
  const { slope } = fitted(points);
  return {
    slope,
    ms: costOf(rising(points), JOBS),
    foretold: costOf(rising(points.slice(0, -1)), work) / cost,
  };
}

/** What falls with more work is chance. */
function rising(points: readonly Point[]): Power {
  const power = goingOn(points);
  return power.slope > 0 ? power : { slope: 0, factor: points.at(-1)?.[1] ?? Number.NaN };
}
