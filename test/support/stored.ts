import type { Emulator } from "../../src/emulator/index.ts";

/** Stores secrets in a project, by default the emulator's own. */
export async function addSecrets(emulator: Emulator, keys: readonly string[], project = emulator.project) {
  for (const key of keys)
    await add(emulator, "secrets", { key, value: "c2VjcmV0", project_name: project, org_name: emulator.org });
}

/** Makes a disk in the emulator's project. */
export async function addDisk(emulator: Emulator, name: string): Promise<string> {
  const { project, org } = emulator;
  const disk = await add(emulator, "disks", { storage: 2 ** 20, name, project_name: project, org_name: org });
  return (disk as { id: string }).id; // as the route answers
}

async function add({ url, cluster, token }: Emulator, kind: string, body: object): Promise<unknown> {
  const answer = await fetch(new URL(`/${cluster}/${kind}`, url), {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}
