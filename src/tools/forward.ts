import { z } from "zod";
import { isFinished, type Platform } from "../client/index.ts";
import { identityOf, identityText, whereIs } from "../jobs/identity.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import type { Call, OpenForward } from "../operations/caller.ts";
import { refsAgain, resolveOne } from "../operations/find/index.ts";
import { requireMeant } from "../operations/find/owned.ts";
import { requireRunning } from "../operations/find/running.ts";
import { whereOf } from "../operations/find/where.ts";
import { lookUp } from "../operations/within.ts";
import { unlisted, unlistedFlag, unlistedMaybe, whichJob } from "./answers.ts";
import { jobRef, project } from "./args.ts";
import { defineTool } from "./define-tool.ts";

const MOST_FORWARDS = 20;

export const forward = defineTool({
  name: "job_forward",
  title: "Forward a port of a job",
  description:
    "Opens a local port (127.0.0.1 of this server) to a port of a running job, until closed or the session ends.",
  toolset: "more",
  input: z.strictObject({
    action: z.enum(["open", "list", "close"]).describe("open, list or close"),
    job: jobRef.optional(),
    port: z.int().min(1).max(65_535).optional().describe("In the job, e.g. 8888"),
    local_port: z.int().min(1).max(65_535).optional().describe("Here; default any free one"),
    project,
  }),
  output: z.looseObject({
    forwards: z.array(
      z.looseObject({
        ...{ ...whichJob, port: unlisted(z.int()), local_port: z.int() },
        failed_connections: unlisted(z.int().optional()),
        closed: unlistedFlag,
        job_status: unlistedMaybe,
      }),
    ),
  }),
  nothing: "Nothing was opened.",
  requires: "local",
  effects: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  async run(args, context) {
    if (args.action === "list") return listReply(context);
    if (args.action === "close") return close(args.local_port, context);
    const { job, port, local_port: localPort } = args;
    if (job === undefined || port === undefined) {
      throw new InvalidInputError(
        'To open, say job and port, e.g. {"action": "open", "job": "train-7b", "port": 8888}.',
      );
    }
    return open({ ref: job, port, localPort, at: args.project }, context);
  },
});

interface Wanted {
  ref: string;
  port: number;
  localPort: number | undefined;
  at: string | undefined;
}

async function open({ ref, port, localPort, at }: Wanted, context: Call) {
  const { caller, signal } = context;
  const { platform } = caller;
  const job = await lookUp(signal, (until) => resolveOne(platform, { ref, where: whereOf(at) }, until));
  const whose = await requireMeant(job, ref, context);
  const [again = job.id] = refsAgain([job], { refs: [ref], project: at });
  requireRunning(job, { nothing: "Nothing was opened.", again });
  if (caller.forwards.size >= MOST_FORWARDS) await closeEnded(context);
  if (caller.forwards.size >= MOST_FORWARDS) {
    throw new InvalidInputError(
      `${MOST_FORWARDS} ports are open already: close one first (action list, then close).`,
    );
  }
  const entry = { job: identityOf(job), port, failures: 0 };
  const where = whereIs(job);
  // It lives as long as the session, which closes it, not as long as this call.
  const opened = await platform.jobs.portForward(job.id, {
    ...{ port, localPort, where },
    onError: () => {
      entry.failures += 1;
    },
  });
  const forwarded: OpenForward = Object.assign(entry, {
    localPort: opened.localPort,
    close: () => opened.close(),
  });
  caller.forwards.set(String(opened.localPort), forwarded);
  const text = `127.0.0.1:${opened.localPort} on the server's machine now leads to port ${port} of ${identityText(job)}${whose}. If nothing listens there, connections are closed at once. Close it with job_forward {"action": "close", "local_port": ${opened.localPort}}.`;
  return { text, data: { forwards: [row(forwarded)] }, jobs: [job] };
}

async function close(localPort: number | undefined, { caller }: Call) {
  const found = caller.forwards.get(String(localPort ?? ""));
  if (found === undefined) {
    const ports = [...caller.forwards.keys()].join(", ") || "none";
    throw new InvalidInputError(`close: say local_port, one of those open: ${ports}.`);
  }
  caller.forwards.delete(String(localPort));
  await found.close();
  return {
    text: `Closed ${line(found)}; the job itself is left as it is.`,
    data: { forwards: [{ ...row(found), closed: true }] },
  };
}

/** A port leads nowhere once its job has ended: such are closed when somebody looks. */
async function listReply(context: Call) {
  const { ended, unknown } = await closeEnded(context);
  const open = [...context.caller.forwards.values()];
  const lines = [
    ...open.map(
      (each) => `${line(each)}${unknown.has(each.job.id) ? "; whether the job still runs is unknown" : ""}`,
    ),
    ...ended.map(({ forward: each, status }) => `Closed, as the job has ended (${status}): ${line(each)}`),
  ];
  const text = lines.join("\n") || "No ports are forwarded in this session.";
  const closed = ended.map(({ forward: each, status }) => ({
    ...row(each),
    closed: true,
    job_status: status,
  }));
  return { text, data: { forwards: [...open.map(row), ...closed] } };
}

/** Those that were closed, and the ids of jobs that could not be looked at. */
async function closeEnded({ caller, signal }: Call) {
  const open = [...caller.forwards.values()];
  const refs = [...new Set(open.map(({ job }) => job.id))];
  const looks =
    refs.length === 0 ? [] : await lookUp(signal, (until) => statuses(refs, caller.platform, until));
  const ends = new Map(looks.flatMap(({ id, end }) => (end === undefined ? [] : [[id, end] as const])));
  const ended = open.flatMap((each) => {
    const status = ends.get(each.job.id);
    return status === undefined ? [] : [{ forward: each, status }];
  });
  for (const { forward: each } of ended) caller.forwards.delete(String(each.localPort));
  await Promise.all(ended.map(({ forward: each }) => each.close()));
  return { ended, unknown: new Set(looks.filter(({ isUnknown }) => isUnknown).map(({ id }) => id)) };
}

/** How each job has ended, if it has. */
async function statuses(refs: readonly string[], platform: Platform, signal: AbortSignal) {
  const outcomes = await platform.jobs.statusMany(refs, {}, { signal });
  return outcomes.map((outcome) => {
    if ("job" in outcome) {
      const { status } = outcome.job;
      return { id: outcome.ref, isUnknown: false, end: isFinished(status) ? status : undefined };
    }
    const isGone = outcome.error.code === "not_found";
    return { id: outcome.ref, isUnknown: !isGone, end: isGone ? "not found" : undefined };
  });
}

function line({ job, port, localPort, failures }: OpenForward): string {
  const failed = failures === 0 ? "" : `, ${failures} connections failed`;
  return `127.0.0.1:${localPort} → port ${port} of ${job.job} (${job.id}, owner ${job.owner}, project ${job.project})${failed}`;
}

function row({ job, port, localPort, failures }: OpenForward) {
  return { ...job, port, local_port: localPort, ...(failures === 0 ? {} : { failed_connections: failures }) };
}
