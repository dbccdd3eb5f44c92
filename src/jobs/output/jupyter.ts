import type { JobDescription } from "../../client/index.ts";

/** How to get past the login page of a notebook whose token is hidden from logs here; nothing for other jobs. */
export function jupyterHint(job: JobDescription): string[] {
  const { command = "", entrypoint = "", http } = job.container;
  const words = `${entrypoint} ${command}`;
  if (http === undefined || !/\bjupyter\b/i.test(words) || NO_TOKEN.test(words)) return [];
  const without =
    http.requires_auth === false
      ? ""
      : " Behind the platform login it can also be started without one (--ServerApp.token='').";
  return [
    `Jupyter asks for its token, which logs here hide: the user finds it with \`apolo logs ${job.id}\`.${without}`,
  ];
}

const NO_TOKEN = /(?:token|password)=(?:''|""|\s|$)/i;
