import { type App, repeat, type View } from "./app.ts";
import type { PresetRow } from "./data.ts";
import { fill, h } from "./dom.ts";
import type { Answer } from "./host/host.ts";
import { table } from "./table.ts";

const REFRESH_MS = 30_000;

/** Presets with room and price. */
export function presetsView(app: App, args: Record<string, unknown>, first: Answer | undefined): View {
  const body = h("div");
  const show = ({ data }: Answer) => {
    const { presets = [], cluster = "" } = data as { presets?: PresetRow[]; cluster?: string };
    const rows = presets.map(({ name, available, credits_per_hour, cpu, memory_gib, gpu, preemptible }) => [
      h("b", {}, name),
      room(available),
      credits_per_hour,
      String(cpu),
      `${memory_gib} GiB`,
      gpu ?? "",
      preemptible === true ? "may be taken away" : "",
    ]);
    const columns = ["Preset", "Room now", "Credits/h", "CPU", "Memory", "GPU", "Notes"];
    fill(body, h("p", { class: "sums" }, `Cluster ${cluster}`), table("Presets", columns, rows));
  };
  if (first !== undefined) show(first);
  const loop = repeat(app, REFRESH_MS, async () => show(await app.host.call("job_capacity", args)));
  const element = h("section", {}, h("h1", {}, "Presets"), body);
  return { title: "Presets", element, close: () => loop.close() };
}

function room(available: number | undefined): HTMLElement | string {
  if (available === undefined) return "unknown";
  return h("span", { class: `status ${available > 0 ? "succeeded" : "failed"}` }, h("i"), String(available));
}
