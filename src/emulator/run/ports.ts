import { readdirSync, readlinkSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { type ProcessInfo, readIfThere } from "./process-table.ts";

const LISTENING = "0A";

export class PortError extends Error {
  override readonly name = "PortError";
}

/** Connects to a port only if a process of the job listens on it: the machine's other ports are not the job's. */
export async function connectToJob(members: readonly ProcessInfo[], port: number): Promise<Socket> {
  const listening = new Set([...listeners("/proc/net/tcp", port), ...listeners("/proc/net/tcp6", port)]);
  const own =
    listening.size > 0 && members.some(({ pid }) => socketsOf(pid).some((inode) => listening.has(inode)));
  if (!own) throw new PortError(`Connect call failed ('127.0.0.1', ${port})`);
  try {
    return await connected("127.0.0.1", port);
  } catch {
    return connected("::1", port);
  }
}

async function connected(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", (cause) => {
      reject(new PortError(`Connect call failed ('${host}', ${port})`, { cause }));
    });
  });
  return socket;
}

/** Inodes of the sockets that listen on a port. Columns as in proc_net_tcp(5): address 1, state 3, inode 9. */
function listeners(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readIfThere(table)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address, , state]) => state === LISTENING && address?.endsWith(suffix) === true)
    .map((fields) => fields[9] ?? "");
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => socketInode(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}

function socketInode(path: string): string[] {
  try {
    const found = /^socket:\[(\d+)\]$/.exec(readlinkSync(path));
    return found?.[1] === undefined ? [] : [found[1]];
  } catch {
    return [];
  }
}
