import { bisector } from "d3-array";
import { randomExponential, randomInt, randomLcg, randomUniform } from "d3-random";
import { quantile } from "../harness/measure.ts";

export interface Load {
  /** Each of whom calls once a second. */
  callers: number;
  replicas: number;
  /** The processor time of a call, in milliseconds: of each call another, so much in the middle. */
  callMs: number;
  /** What the platform takes to answer: one of these. */
  answerMs: readonly number[];
}

export interface Simulated {
  p50: number;
  p99: number;
  /** The part of the time in which a replica works. */
  busy: number;
}

const SECONDS = 20;
const SEED = 0.42;

/** A call at a replica before or after the platform's answer. */
interface Visit {
  atMs: number;
  calledMs: number;
  replica: number;
  isAnswered: boolean;
}

/** Calls at single-threaded replicas: each works half of its time, waits for the platform, and works the other half. */
export function simulate({ callers, replicas, callMs, answerMs }: Load): Simulated {
  const chance = randomLcg(SEED);
  const halfMs = randomExponential.source(chance)(2 / callMs);
  const answer = randomInt.source(chance)(answerMs.length);
  const { right } = bisector(({ atMs }: Visit) => atMs);
  const freeMs = Array.from({ length: replicas }, () => 0);
  const tookMs: number[] = [];
  let workedMs = 0;
  const calls = callsOf({ callers, replicas }, chance);
  const answered: Visit[] = [];
  for (let visit = nextOf(calls, answered); visit !== undefined; visit = nextOf(calls, answered)) {
    const { atMs, calledMs, replica, isAnswered } = visit;
    const workMs = halfMs();
    const doneMs = Math.max(atMs, freeMs[replica] ?? 0) + workMs;
    freeMs[replica] = doneMs;
    workedMs += workMs;
    if (isAnswered) tookMs.push(doneMs - calledMs);
    else {
      const back = { atMs: doneMs + (answerMs[answer()] ?? 0), calledMs, replica, isAnswered: true };
      answered.splice(right(answered, back.atMs), 0, back);
    }
  }
  return {
    p50: quantile(tookMs, 0.5),
    p99: quantile(tookMs, 0.99),
    busy: workedMs / (replicas * SECONDS * 1000),
  };
}

/** Takes the earlier one. */
function nextOf(calls: Visit[], answered: Visit[]): Visit | undefined {
  const [call, back] = [calls.at(-1), answered[0]];
  return back !== undefined && (call === undefined || back.atMs < call.atMs) ? answered.shift() : calls.pop();
}

/** The first visits, the last of them first: at any time of each second, at the replicas in turn. */
function callsOf({ callers, replicas }: Pick<Load, "callers" | "replicas">, chance: () => number): Visit[] {
  const anywhere = randomUniform.source(chance)(1000);
  const calls = Array.from({ length: callers * SECONDS }, (_, at) => {
    const atMs = 1000 * Math.floor(at / callers) + anywhere();
    return { atMs, calledMs: atMs, isAnswered: false };
  });
  return calls
    .sort((a, b) => a.atMs - b.atMs)
    .map((call, at) => ({ ...call, replica: at % replicas }))
    .reverse();
}
