import { argsOf, type WireCase, type WireRequest } from "./case.ts";
import { num, record, str } from "./values.ts";

/** Where this client differs from the recording on purpose; nothing else may. */
export interface Deviation {
  name: string;
  reason: string;
  /** The case as this client is expected to fulfil it. */
  adjust(wireCase: WireCase): WireCase;
}

const SELECTED = { cluster: "default", org: "acme", project: "vision" };
/** Stands for a refusal that the recording does not have; its text is free. */
const LOCAL_REFUSAL = { class: "LocalRefusal", message: "" };

export const DEVIATIONS: Deviation[] = [
  {
    name: "relative-references",
    reason:
      "A call that names a cluster, org or project means it for storage:, secret:, disk: and image: references " +
      "too; the official client resolves them against the saved selection, where the job may not even look.",
    adjust: (wireCase) => mapBodies(wireCase, (body) => relocated(body, wireCase)),
  },
  {
    name: "organization-of-the-configuration",
    reason:
      "A full reference to an image of another organization of the caller's leads the official client to an " +
      "image below the selected one, which is another or none.",
    adjust: (wireCase) => mapBodies(wireCase, (body) => inItsOrg(body, wireCase)),
  },
  {
    name: "registry-with-port",
    reason:
      "The official client drops an external registry's host when it has a port, so another image runs.",
    adjust: (wireCase) => mapBodies(wireCase, (body) => withRegistry(body, wireCase)),
  },
  {
    name: "short-life-span",
    reason: "Less than a minute would be sent as 0, which the platform refuses with an obscure message.",
    adjust(wireCase) {
      const seconds = lifeSpanOf(wireCase);
      if (seconds === undefined || seconds >= 60) return wireCase;
      return { id: wireCase.id, call: wireCase.call, requests: [], error: LOCAL_REFUSAL };
    },
  },
  {
    name: "life-span-rounded-up",
    reason: "Rounding down takes away time that was asked for.",
    adjust(wireCase) {
      const seconds = lifeSpanOf(wireCase);
      if (seconds === undefined || seconds % 60 === 0) return wireCase;
      const minutes = Math.ceil(seconds / 60);
      return mapBodies(wireCase, (body) => ({
        ...body,
        ...("max_run_time_minutes" in body ? { max_run_time_minutes: minutes } : {}),
        ...("additional_max_run_time_minutes" in body ? { additional_max_run_time_minutes: minutes } : {}),
      }));
    },
  },
  {
    name: "nothing-lost",
    reason: "What the server sends is kept: privileged, nvidia_migs, and an image reference of unknown form.",
    adjust(wireCase) {
      const [answered] = answersOf(wireCase);
      const result = record(wireCase.result);
      const container = record(answered?.container);
      if (answered === undefined || result?.container === undefined) return wireCase;
      return { ...wireCase, result: keepWhatWasSent(result, { answered, container }) };
    },
  },
  {
    name: "job-id-one-segment",
    reason: "A job id with a slash or control character would reach another address than the job's.",
    adjust(wireCase) {
      const { args, method } = argsOf(wireCase);
      const id = str(args.id) ?? "";
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
      if (method === "start" || !/[/\u0000-\u001f\u007f]/.test(id)) return wireCase;
      return { id: wireCase.id, call: wireCase.call, requests: [], error: LOCAL_REFUSAL };
    },
  },
];

/** The case with every deviation applied. */
export function expected(wireCase: WireCase): WireCase {
  return DEVIATIONS.reduce((current, { adjust }) => adjust(current), wireCase);
}

function lifeSpanOf(wireCase: WireCase): number | undefined {
  const { method, args, suffix } = argsOf(wireCase);
  if (method === "start" || method === "run") return num(args.life_span);
  if (!/^bump/.test(method)) return undefined;
  return num(args.additional_life_span ?? args.life_span ?? args.seconds) ?? Number(suffix);
}

function mapBodies(
  wireCase: WireCase,
  change: (body: Record<string, unknown>) => Record<string, unknown>,
): WireCase {
  const requests = wireCase.requests.map((request): WireRequest => {
    const body = record(request.json);
    return body === undefined ? request : { ...request, json: change(body) };
  });
  return { ...wireCase, requests };
}

/** Moves what was resolved against the selection to the place of the call; what was typed absolute stays. */
function relocated(body: Record<string, unknown>, wireCase: WireCase): Record<string, unknown> {
  const { args } = argsOf(wireCase);
  const { cluster, org, project } = SELECTED;
  const to = {
    cluster: str(args.cluster_name) ?? cluster,
    org: str(args.org_name) ?? org,
    project: str(args.project_name) ?? project,
  };
  const typed = JSON.stringify(args);
  const uris = JSON.stringify(body).replaceAll(
    /"((?:storage|secret|disk):\/\/[^"]*)"/g,
    (whole, uri: string) => {
      if (typed.includes(uri)) return whole;
      const path = uri.replace(/^\w+:\/\/[^/]+\/[^/]+/, "");
      const moved = path.replace(new RegExp(`^/${project}(?=/|$)`), `/${to.project}`);
      return `"${uri.split(":")[0]}://${to.cluster}/${to.org}${moved}"`;
    },
  );
  const image = str(args.image) ?? str(record(args.container)?.image) ?? "";
  if (!/^image:(?!\/)/.test(image)) return JSON.parse(uris);
  return JSON.parse(uris.replaceAll(`/${org}/${project}/`, `/${to.org}/${to.project}/`));
}

function inItsOrg(body: Record<string, unknown>, wireCase: WireCase): Record<string, unknown> {
  const { args } = argsOf(wireCase);
  const typed = str(args.image) ?? str(record(args.container)?.image) ?? "";
  const [, path] = /^image:\/\/[^/]+(\/research\/.+)$/.exec(typed) ?? [];
  if (path === undefined) return body;
  return JSON.parse(JSON.stringify(body).replaceAll(`/${SELECTED.org}${path}`, path));
}

function withRegistry(body: Record<string, unknown>, wireCase: WireCase): Record<string, unknown> {
  const { args } = argsOf(wireCase);
  const typed = str(args.image) ?? str(record(args.container)?.image) ?? "";
  const registry = /^[^/]+:\d+(?=\/)/.exec(typed)?.[0];
  if (registry === undefined) return body;
  const put = (image: unknown) => (String(image).startsWith(`${registry}/`) ? image : `${registry}/${image}`);
  const container = record(body.container);
  if (container !== undefined) return { ...body, container: { ...container, image: put(container.image) } };
  return { ...body, image: put(body.image) };
}

function answersOf({ script, response }: WireCase): Record<string, unknown>[] {
  const scripts = Array.isArray(script) ? script : [script];
  return [...scripts.map((one) => one?.job), response].flatMap((job) => {
    const fields = record(job);
    return fields === undefined ? [] : [fields];
  });
}

function keepWhatWasSent(
  result: Record<string, unknown>,
  {
    answered,
    container,
  }: { answered: Record<string, unknown>; container: Record<string, unknown> | undefined },
): Record<string, unknown> {
  const given = record(result.container) ?? {};
  const migs = record(container?.resources)?.nvidia_migs;
  const isUnknownImage = record(given.image)?.name === "INVALID-IMAGE-NAME";
  return {
    ...result,
    privileged: answered.privileged ?? false,
    container: {
      ...given,
      ...(isUnknownImage ? { image: { name: container?.image } } : {}),
      resources: { ...record(given.resources), ...(migs ? { nvidia_migs: migs } : {}) },
    },
  };
}
