import type { MonitoringHttpRoute } from "../http/route.ts";
import type { MonitoringDeps } from "../state/job.ts";
import { runningJob } from "./running.ts";

/** Source: protocol reference 4.6. */
export function killRoute({ lifecycle }: MonitoringDeps): MonitoringHttpRoute {
  return {
    kind: "http",
    path: "/:id/kill",
    methods: ["POST"],
    permission: "write",
    async handle({ job }, response) {
      runningJob(lifecycle, job);
      lifecycle.signal(job.id);
      response.writeHead(204).end();
    },
  };
}
