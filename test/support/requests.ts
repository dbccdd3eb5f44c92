import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** Counts what this process asks of any platform: HTTP requests, and WebSockets that it opens. */
export function countRequests() {
  let http = 0;
  let sockets = 0;
  const onHttp = () => {
    http += 1;
  };
  const onSocket = () => {
    sockets += 1;
  };
  subscribe("undici:request:create", onHttp);
  subscribe("http.client.request.start", onSocket);
  return {
    http: () => http,
    sockets: () => sockets,
    stop() {
      unsubscribe("undici:request:create", onHttp);
      unsubscribe("http.client.request.start", onSocket);
    },
  };
}
