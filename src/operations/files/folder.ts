/** A folder of this machine into which files of jobs may be saved. */
export interface DownloadFolder {
  path: string;
  /** Makes a file that was not there. @throws {InvalidInputError} the name is none for it, or is taken */
  create(name: string): Promise<NewFile>;
}

export interface NewFile {
  path: string;
  write(data: Uint8Array): Promise<void>;
  /** It is whole. */
  keep(): Promise<void>;
  /** Removes it. */
  discard(): Promise<void>;
}

/** A file on its way from a job: it outlives the call that began it, up to the end of the session. */
export interface Transfer {
  /** On this machine. */
  path: string;
  /** As the job said when it began. */
  size: number;
  bytes: number;
  isOver: boolean;
  /** The job's own checksum of the file is that of what came; false where it has no cksum. */
  isVerified: boolean;
  /** Why nothing was kept. */
  error?: unknown;
  /** Ends it, and removes what came so far. */
  stop(): Promise<void>;
  /** Resolves at its end, or after `ms`. */
  changed(ms: number, signal: AbortSignal): Promise<void>;
  over: Promise<void>;
}
