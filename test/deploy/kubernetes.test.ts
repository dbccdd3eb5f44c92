import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import type { Deployment } from "kubernetes-types/apps/v1.js";
import type { Container, Probe, Service } from "kubernetes-types/core/v1.js";
import type { Ingress } from "kubernetes-types/networking/v1.js";
import type { PodDisruptionBudget } from "kubernetes-types/policy/v1.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { read as readStart } from "../settings/read.ts";

const FOLDER = "deploy/kubernetes";
const COMPONENTS = readdirSync(`${FOLDER}/components`);

const deployment = read<Deployment>("base/deployment.yaml");
const service = read<Service>("base/service.yaml");
const pod = deployment.spec?.template.spec;
const server = containerOf(deployment);
const { http } = readStart(server.args ?? []);

describe("the manifests", () => {
  test("have the fields that Kubernetes knows, and those that it needs", () => {
    expect(mistakes(Object.values(resources()))).toBe("");
  });

  test("would be refused with a field that is misspelt", () => {
    const text = JSON.stringify(deployment).replace("livenessProbe", "livnessProbe");
    expect(mistakes([JSON.parse(text)])).toContain("livnessProbe");
  });

  test("are all part of a kustomization", () => {
    const listed = ["base", ...COMPONENTS.map((name) => `components/${name}`)].flatMap((folder) => {
      const { resources: names = [] } = read<{ resources?: string[] }>(`${folder}/kustomization.yaml`);
      return names.map((name) => `${folder}/${name}`);
    });
    expect(listed.sort()).toEqual(Object.keys(resources()).sort());
  });
});

describe("the server", () => {
  test("starts with flags that there are, on the port that is published", () => {
    expect(server.ports).toEqual([{ name: "http", containerPort: http?.port }]);
    expect(service.spec?.ports?.map(({ targetPort }) => targetPort)).toEqual(["http"]);
  });

  test("is two, and one of them stays", () => {
    const budget = read<PodDisruptionBudget>("base/disruption-budget.yaml");
    const labels = deployment.spec?.template.metadata?.labels;
    expect(deployment.spec?.replicas).toBe(2);
    expect(deployment.spec?.strategy?.rollingUpdate?.maxUnavailable).toBe(0);
    expect(budget.spec?.maxUnavailable).toBe(1);
    for (const selected of [
      deployment.spec?.selector.matchLabels,
      service.spec?.selector,
      budget.spec?.selector?.matchLabels,
      pod?.topologySpreadConstraints?.[0]?.labelSelector?.matchLabels,
    ])
      expect(selected).toEqual(labels);
  });

  test("is asked whether it lives and is ready, under a name that it answers to", () => {
    const asked = (probe: Probe | undefined) => [probe?.httpGet?.path, probe?.httpGet?.port];
    expect(asked(server.livenessProbe)).toEqual(["/healthz", "http"]);
    expect(asked(server.startupProbe)).toEqual(["/healthz", "http"]);
    expect(asked(server.readinessProbe)).toEqual(["/readyz", "http"]);
    for (const probe of [server.livenessProbe, server.startupProbe, server.readinessProbe])
      expect(probe?.httpGet?.httpHeaders).toEqual([{ name: "Host", value: "localhost" }]);
  });

  test("may do nothing that it need not", () => {
    expect(pod?.automountServiceAccountToken).toBe(false);
    expect(pod?.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(server.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(Object.keys(server.resources?.limits ?? {})).toEqual(["cpu", "memory"]);
    expect(Object.keys(server.resources?.requests ?? {})).toEqual(["cpu", "memory"]);
  });

  test("has time to drain before it is killed", () => {
    const sleepSeconds = Number(server.lifecycle?.preStop?.exec?.command?.[1]);
    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(sleepSeconds + Number(http?.drainSeconds));
  });

  test("reads its key where the secret is mounted, and nobody else does", () => {
    const [mount] = server.volumeMounts?.filter(({ name }) => name === "secrets") ?? [];
    expect(http?.keyFile).toBe(`${mount?.mountPath}/key`);
    expect(pod?.volumes?.[0]?.secret).toEqual({ secretName: "apolo-jobs-mcp", defaultMode: 0o440 });
  });
});

describe("the ingress", () => {
  const ingress = read<Ingress>("components/ingress/ingress.yaml");

  test("leads to what clients call, and to nothing of the operator's", () => {
    const paths = ingress.spec?.rules?.flatMap(({ http }) => http?.paths.map(({ path }) => path));
    expect(paths).toEqual(["/mcp", "/.well-known/oauth-protected-resource"]);
  });

  test("lets the server be called by the name that it publishes", () => {
    const added = readFileSync(`${FOLDER}/components/ingress/kustomization.yaml`, "utf8");
    expect(added).toContain(`--allowed-host=${ingress.spec?.rules?.[0]?.host}\n`);
    expect(ingress.spec?.tls?.[0]?.hosts).toEqual([ingress.spec?.rules?.[0]?.host]);
  });
});

// Everywhere else the files are checked as they are.
describe.runIf(spawnSync("kubectl", ["version", "--client"]).status === 0)("rendered by kubectl", () => {
  test.each([[["ingress"]], [COMPONENTS]])("with %j", (components) => {
    const rendered = render(components);
    expect(mistakes(rendered)).toBe("");
    const deployed = rendered.find(({ kind }) => kind === "Deployment") as Deployment;
    const isShared = components.includes("shared-token");
    expect(readStart(containerOf(deployed).args ?? []).http).toMatchObject({
      trustProxy: true,
      allowedHosts: ["apolo-jobs-mcp", "mcp.example.com"],
      auth: isShared ? undefined : "platform",
      tokenFile: isShared ? "/run/secrets/apolo-jobs-mcp/http-token" : undefined,
    });
  });
});

interface Resource {
  apiVersion: string;
  kind: string;
}

function read<T>(path: string): T {
  return parse(readFileSync(join(FOLDER, path), "utf8"));
}

/** What is applied, by the file it is in. */
function resources(): Record<string, Resource> {
  const names = readdirSync(FOLDER, { recursive: true, encoding: "utf8" });
  const manifests = names.filter((name) => name.endsWith(".yaml") && !name.endsWith("kustomization.yaml"));
  return Object.fromEntries(manifests.map((name) => [name, read<Resource>(name)]));
}

function containerOf({ spec }: Deployment): Container {
  const [container, ...others] = spec?.template.spec?.containers ?? [];
  if (container === undefined || others.length > 0) throw new Error("expected one container");
  return container;
}

function render(components: string[]): Resource[] {
  const folder = temporaryFolder();
  const pathOf = (name: string) => relative(folder, resolve(FOLDER, name));
  const overlay = {
    resources: [pathOf("base")],
    components: components.map((name) => pathOf(`components/${name}`)),
  };
  writeFileSync(join(folder, "kustomization.yaml"), JSON.stringify(overlay));
  const text = execFileSync("kubectl", ["kustomize", folder], { encoding: "utf8" });
  return parseAllDocuments(text).map((document) => document.toJS());
}

/**
 * What the compiler says of manifests as objects of their types: it also finds fields that do not exist, which the
 * published JSON schemas let pass.
 */
function mistakes(manifests: Resource[]): string {
  const folder = temporaryFolder();
  const typed = manifests.flatMap((manifest, index) => {
    const [group = "", version] = manifest.apiVersion.includes("/")
      ? manifest.apiVersion.split("/")
      : ["core", manifest.apiVersion];
    const module = `kubernetes-types/${group.replace(/\.k8s\.io$/, "")}/${version}`;
    // Kinds of others, as of an operator's, have no types here.
    if (!existsSync(`node_modules/${module}.d.ts`)) return [];
    return `export const _${index}: import("${module}").${manifest.kind} = ${JSON.stringify(manifest)};\n`;
  });
  writeFileSync(join(folder, "manifests.ts"), typed.join(""));
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: "esnext",
    moduleResolution: "bundler",
    paths: { "kubernetes-types/*": [resolve("node_modules/kubernetes-types/*")] },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options }));
  const { stdout } = spawnSync("node_modules/.bin/tsc", ["--project", folder], { encoding: "utf8" });
  return stdout;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "kubernetes-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
