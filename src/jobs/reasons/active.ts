import type { JobDescription } from "../../client/index.ts";
import { formatDuration } from "../time/durations.ts";
import { timesText } from "../words.ts";
import { type Explanation, type JobSurroundings, stated } from "./explanation.ts";
import { staySeconds, timesDisplaced, timesRestarted } from "./history.ts";
import { imageText, invalidImage, pullProblem } from "./image.ts";
import { roomText } from "./room.ts";

type Explain = (job: JobDescription, around: JobSurroundings) => Explanation;

const WAIT = "Nothing to do: wait.";
/** Twice the usual time. */
const GIVES_UP_SECONDS = 120;

/** Pending, by reason. Source: protocol reference 3.11. */
const PENDING: Readonly<Record<string, Explain>> = {
  Creating: () =>
    stated(
      "The job was accepted and is being created; that takes seconds.",
      `${WAIT} If it stays so and was started with wait_for_quota, it waits for the quota of running jobs.`,
    ),
  Scheduling: waitingForNode,
  ClusterScalingUp: (job, around) =>
    stated(
      `No free node has room for preset ${job.preset_name ?? "(none named)"}, so the cluster is adding one; that takes minutes.`,
      `Wait: it fails as ClusterScaleUpFailed if no node comes in time${timeoutOf(job)}. ${elsewhere(job, around)}`.trim(),
    ),
  Pulling: (job) =>
    stated(`A node was found; the image ${imageText(job)} is being pulled, minutes for a large one.`, WAIT),
  ContainerCreating: () =>
    stated(
      "A node was found; the container is being set up: image, volumes, secrets.",
      `${WAIT} If it stays so for minutes, check that its disks and volumes are free.`,
    ),
  PodInitializing: () => stated("A node was found; the container is being initialised.", WAIT),
  ErrImagePull: (job, around) => pullProblem(job, `could not be pulled${goesOn(job, around)}`),
  ImagePullBackOff: (job, around) =>
    pullProblem(
      job,
      `could not be pulled several times; the platform waits before it tries again${goesOn(job, around)}`,
    ),
  InvalidImageName: (job) => invalidImage(job),
  DiskUnavailable: (job) =>
    stated(
      `A persistent disk it mounts (${disksOf(job)}) is in use by another job: a disk serves one job at a time.`,
      "Wait until that job ends, end it if it is yours and done, or start this one with another disk.",
    ),
  Restarting: () =>
    stated(
      "It ended and is being started again, as its restart policy says.",
      "Read its log for why it ended.",
    ),
};

/** The explanation of a job that is not finished; `undefined` for a reason nobody documented. */
export function activeReason(job: JobDescription, around: JobSurroundings): Explanation | undefined {
  const { status } = job;
  if (status === "running") return running(job);
  if (status === "suspended") {
    return stated(
      "The scheduler took the job off its node to let other jobs run (its preset takes turns); it will go on by itself, but from its image: what it had not saved on storage is lost.",
      "Wait; for work that must not pause, use a preset that is not scheduled in turns.",
    );
  }
  const waiting = pending(job, around);
  if (waiting === undefined || timesDisplaced(job) === 0) return waiting;
  return {
    ...waiting,
    why: `It ran, was taken off its node and will begin again from its image: ${UNSAVED}. ${waiting.why}`,
  };
}

const UNSAVED = "what it had not saved on storage is lost";

function pending(job: JobDescription, around: JobSurroundings): Explanation | undefined {
  const { history } = job;
  const { reason } = history;
  if (reason === undefined || reason === "") return waitingForNode(job, around);
  if (/quota/i.test(reason)) return waitingForQuota(around);
  return PENDING[reason]?.(job, around);
}

/** Source: protocol reference 3.11: after about a minute the platform gives up. */
function goesOn(job: JobDescription, { nowMs }: JobSurroundings): string {
  const waited = nowMs === undefined ? undefined : staySeconds(job, nowMs);
  if (waited === undefined || waited < GIVES_UP_SECONDS)
    return "; the platform tries again and usually gives up after about a minute";
  return `, for ${formatDuration(waited)} now; nothing suggests that this will end by itself`;
}

function running(job: JobDescription): Explanation | undefined {
  const { reason } = job.history;
  const restarts = timesRestarted(job);
  const displaced = timesDisplaced(job);
  const moved = `was taken off its node ${timesText(displaced)} and began again from its image: ${UNSAVED}`;
  if (reason === "Restarting" || restarts > 0) {
    return stated(
      `It runs, and was started again ${timesText(restarts)} after its program ended.${displaced === 0 ? "" : ` It also ${moved}.`}`,
      "Read its log for why it ended before: a job that restarts again and again costs money and gets nowhere.",
    );
  }
  if (displaced > 0)
    return stated(
      `It runs, but ${moved}.`,
      "Check that it went on from its last checkpoint; for work that must not be lost, save to a mounted volume.",
    );
  return reason === undefined || reason === "" ? stated("It is running.", "") : undefined;
}

function waitingForNode(job: JobDescription, around: JobSurroundings): Explanation {
  const wait = `Wait${timeoutOf(job)}, or start it with another preset. ${elsewhere(job, around)}`.trim();
  return stated(`It waits for a node with room for preset ${job.preset_name ?? "(none named)"}.`, wait);
}

function waitingForQuota({ running: mine = [] }: JobSurroundings): Explanation {
  const names = mine.length === 0 ? "" : ` Running now: ${mine.join(", ")}.`;
  return stated(
    "The quota of running jobs is used up; the job waits for one of them to end.",
    `Wait, or ask the user which running job to end.${names}`,
  );
}

function elsewhere(job: JobDescription, around: JobSurroundings): string {
  return roomText(job.preset_name, around) ?? "";
}

function timeoutOf({ schedule_timeout }: JobDescription): string {
  return schedule_timeout === undefined ? "" : ` (at most ${formatDuration(schedule_timeout)})`;
}

function disksOf({ container }: JobDescription): string {
  return container.disk_volumes.map(({ disk_uri }) => disk_uri).join(", ") || "a disk";
}
