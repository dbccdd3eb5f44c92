import type { z } from "zod";
import { field } from "../../json.ts";
import { type CallOptions, orTimeOut, pause, type Where } from "../call.ts";
import type { Preset } from "../dataclasses.ts";
import { invalidArgument, PlatformError } from "../errors.ts";
import { describe, type Http } from "../http/index.ts";
import { beforeSending } from "../http/network-error.ts";
import type { RemoteImage } from "../job.ts";
import { type LoginSource, newLoginText } from "../login/login.ts";
import type { Session } from "../login/session.ts";
import { isModest, salvage, unknownShape } from "../records/salvage.ts";
import {
  type WireCluster,
  type WireConfig,
  wireCluster,
  wireConfig,
  wirePreset,
  wireProject,
} from "../wire/config.ts";
import { toPreset } from "./preset.ts";

/** One cluster as jobs need it. Source: protocol reference 1.7. */
export interface Cluster {
  name: string;
  orgs: string[];
  /** Host, with port if any, of the cluster's image registry. */
  registry: string;
  /** Base of logs, exec, attach, port-forward, top, save, signal and capacity. */
  monitoringUrl: string;
  /** Bases of the services that keep what jobs may be given; absent where the server names none. */
  secretsUrl?: string;
  disksUrl?: string;
  /** Names of the energy schedules; absent where the server lists none. */
  energySchedules?: string[];
  /** In the server's order; the first one is the default. */
  presets: Preset[];
}

/** A documented dataclass: a project and the caller's role in it. Source: protocol reference 5.4. */
export interface Project {
  name: string;
  cluster_name: string;
  org_name: string;
  role: string;
}

/** Cluster, org and project that a call works in. */
export interface Place {
  cluster: string;
  org: string;
  /** Absent while none is selected. */
  project?: string;
}

/** Who is logged in, what is selected, and what there is. */
export interface PlatformContext {
  user: string;
  /** API base, e.g. `https://api.apolo.us/api/v1`. */
  url: string;
  /** Where the login came from. */
  source: LoginSource;
  selection: Place;
  clusters: Cluster[];
  projects: Project[];
  /** What was left out because it could not be read: kind, name, and the fields in question. */
  unreadable: string[];
}

/** Presets, prices and projects may change: an older configuration is read again. */
const MAX_AGE_MS = 60_000;
/** How long to wait for that before the old one is used. */
const RELOAD_LIMIT_MS = 5000;

/** What a configuration may hold: each odd entry costs a search for what is odd in it. */
const MOST_VALUES = 200_000;
const MOST_NAMED = 5;

const LOAD_LIMIT_MS = 45_000;
const WHAT = "Reading the platform's configuration";

interface Loaded {
  clusters: Cluster[];
  projects: Project[];
  unreadable: string[];
  atMs: number;
}

/** What is read once, whatever is selected. */
interface Shared {
  loaded?: Loaded;
  pending?: Promise<Loaded> | undefined;
  /** Images of jobs that were read already. */
  images: Map<string, RemoteImage>;
}

/** The server's configuration, cached, with what is selected: as the login saved it, unless another place was chosen. */
export class Directory {
  readonly #http: Http;
  readonly #session: Session;
  readonly #shared: Shared;
  readonly #chosen: Place | undefined;

  constructor(http: Http, session: Session, { shared, chosen }: { shared?: Shared; chosen?: Place } = {}) {
    this.#http = http;
    this.#session = session;
    this.#shared = shared ?? { images: new Map() };
    this.#chosen = chosen;
  }

  get images(): Shared["images"] {
    return this.#shared.images;
  }

  /** The same configuration, with another place selected. */
  at(chosen: Place): Directory {
    return new Directory(this.#http, this.#session, { shared: this.#shared, chosen });
  }

  /** Who is logged in, what is selected, what there is. */
  async context(call?: CallOptions): Promise<PlatformContext> {
    const { clusters, projects, unreadable } = await this.#load(call);
    const { login } = this.#session;
    const selection = await this.place({}, call);
    const { url, source } = login;
    return { user: this.#session.userNow(), url, source, selection, clusters, projects, unreadable };
  }

  /** Cluster, org and project of a call. @throws {PlatformError} `invalid_argument` when there is no cluster or org */
  async place(where: Where = {}, call?: CallOptions): Promise<Place> {
    const loaded = await this.#load(call);
    const selection = this.#chosen ?? selectionOf(this.#session.login, loaded);
    const project = where.project ?? selection.project;
    return {
      cluster: where.cluster ?? selection.cluster,
      org: where.org ?? selection.org,
      ...(project === undefined ? {} : { project }),
    };
  }

  /** The named cluster; asks the server again before calling a name unknown. */
  async cluster(name: string, call?: CallOptions): Promise<Cluster> {
    const cached = this.#shared.loaded;
    let loaded = await this.#load(call);
    const find = () => loaded.clusters.find((cluster) => cluster.name === name);
    if (find() === undefined && this.#shared.loaded === cached) loaded = await this.refresh(call);
    const found = find();
    if (found !== undefined) return found;
    const names = loaded.clusters.map((cluster) => cluster.name).join(", ");
    const odd = unreadableText(loaded);
    throw invalidArgument(`There is no cluster "${name}". Clusters: ${names}.${odd}`, { about: "project" });
  }

  /** All clusters, as cached. */
  async clusters(call?: CallOptions): Promise<Cluster[]> {
    return (await this.#load(call)).clusters;
  }

  /** Asks the server for its configuration now. */
  refresh(call?: CallOptions): Promise<Loaded> {
    this.#shared.pending ??= this.#fetch().finally(() => {
      this.#shared.pending = undefined;
    });
    return beforeSending(orTimeOut(this.#shared.pending, call ?? {}, WHAT));
  }

  async #load(call?: CallOptions): Promise<Loaded> {
    const loaded = this.#shared.loaded;
    if (loaded === undefined) return this.refresh(call);
    if (Math.abs(Date.now() - loaded.atMs) <= MAX_AGE_MS) return loaded;
    return Promise.race([this.refresh(call), pause(RELOAD_LIMIT_MS, call?.signal).then(() => loaded)]).catch(
      (error: unknown) => {
        if (error instanceof PlatformError && error.code !== "not_authenticated") return loaded;
        throw error;
      },
    );
  }

  async #fetch(): Promise<Loaded> {
    const seeking = this.#session.seek();
    if (seeking !== undefined) await seeking;
    const url = `${apiBase(this.#session.login.url)}/config`;
    const api = { what: WHAT, method: "GET", url, untraced: true } as const;
    const answer = await this.#http.json(api, { timeoutMs: LOAD_LIMIT_MS });
    const request = describe(api);
    if (!isModest(answer, MOST_VALUES))
      throw new PlatformError("protocol_error", `${api.what} failed: the answer is too large.`, { request });
    const found = wireConfig.safeParse(answer);
    if (!found.success)
      throw new PlatformError("protocol_error", unknownShape(api.what, found.error), {
        cause: found.error,
        request,
      });
    if (found.data.authorized !== true)
      throw new PlatformError(
        "not_authenticated",
        `The platform does not accept the login: ${newLoginText(this.#session.login)}.`,
        { request },
      );
    this.images.clear();
    const loaded = { ...toLoaded(found.data), atMs: Date.now() };
    this.#shared.loaded = loaded;
    return loaded;
  }
}

/** What was left out of a configuration, as a sentence to follow another. */
export function unreadableText({ unreadable }: { unreadable: readonly string[] }): string {
  if (unreadable.length === 0) return "";
  const more = unreadable.length > MOST_NAMED ? ` and ${unreadable.length - MOST_NAMED} more` : "";
  return ` Sent by the platform in a form that cannot be read: ${unreadable.slice(0, MOST_NAMED).join("; ")}${more}.`;
}

/** An API base without its trailing slash. */
export function apiBase(url: string): string {
  return url.replace(/\/+$/, "");
}

function selectionOf(login: Session["login"], loaded: Loaded): Place {
  const { clusters, projects } = loaded;
  const [first] = clusters;
  const cluster = login.cluster ?? first?.name;
  if (cluster === undefined)
    throw invalidArgument(`The platform lists no cluster for this user.${unreadableText(loaded)}`);
  const org = login.org ?? clusters.find(({ name }) => name === cluster)?.orgs[0];
  if (org === undefined) throw invalidArgument(`No org is selected and cluster "${cluster}" lists none.`);
  const project = login.project ?? firstProject(projects, cluster, org);
  return { cluster, org, ...(project === undefined ? {} : { project }) };
}

function firstProject(projects: Project[], cluster: string, org: string): string | undefined {
  return projects
    .filter(({ cluster_name, org_name }) => cluster_name === cluster && org_name === org)
    .map(({ name }) => name)
    .sort()[0];
}

function toLoaded({ clusters = [], projects = [] }: WireConfig): Omit<Loaded, "atMs"> {
  const unreadable: string[] = [];
  const odd =
    (kind: string, where = "") =>
    (what: string) =>
      void unreadable.push(`${kind} ${what}${where}`);
  const found = readEach(wireCluster, clusters, { neutral: { resource_presets: [] }, onOdd: odd("cluster") });
  const own = readEach(wireProject, projects, { neutral: { role: "" }, onOdd: odd("project") });
  return {
    clusters: found.map((cluster) => toCluster(cluster, odd("preset", ` of cluster ${cluster.name}`))),
    projects: own.flatMap(({ org_name, ...project }) => (org_name ? [{ ...project, org_name }] : [])),
    unreadable,
  };
}

function toCluster(wire: WireCluster, onOdd: (odd: string) => void): Cluster {
  const { name, orgs, registry_url, monitoring_url, resource_presets } = wire;
  const { secrets_url: secrets, disks_url: disks, energy_schedules: schedules } = wire;
  return {
    name,
    orgs: orgs ?? [],
    registry: URL.canParse(registry_url) ? new URL(registry_url).host : registry_url,
    monitoringUrl: apiBase(monitoring_url),
    ...(secrets ? { secretsUrl: apiBase(secrets) } : {}),
    ...(disks ? { disksUrl: apiBase(disks) } : {}),
    ...(schedules ? { energySchedules: schedules.map((schedule) => schedule.name) } : {}),
    presets: readEach(wirePreset, resource_presets, { onOdd }).map(toPreset),
  };
}

/** What can be read of a list; odd entries are reported by name, and kept if there are `neutral` values. */
function readEach<T>(
  schema: z.ZodType<T>,
  values: unknown[],
  { neutral, onOdd }: { neutral?: object; onOdd(odd: string): void },
): T[] {
  return values.flatMap((value) => {
    const { value: read, unread } = salvage(schema, value, neutral ?? {});
    if (unread.length > 0) onOdd(`${nameOf(value)} (${unread.join(", ")})`);
    return read === undefined || (unread.length > 0 && neutral === undefined) ? [] : [read];
  });
}

function nameOf(value: unknown): string {
  const name = field(value, "name");
  return typeof name === "string" ? name.slice(0, 80) : "without a name";
}
