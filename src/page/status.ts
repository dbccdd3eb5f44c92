import { h } from "./dom.ts";

/** A status by word, shape and colour. */
export function statusMark(job: { status: string; reason?: string; exit_code?: number }): HTMLElement {
  const words = statusWords(job);
  return h("span", { class: `status ${job.status}`, title: words }, h("i", { "aria-hidden": "true" }), words);
}

function statusWords({ status, reason, exit_code }: Parameters<typeof statusMark>[0]): string {
  if (exit_code !== undefined && status === "failed") return `failed, exit ${exit_code}`;
  const isNews = reason !== undefined && (status === "pending" || status === "suspended");
  return isNews ? `${status}, ${reason}` : status;
}
