import type { JobDescription, LogTail } from "../../client/index.ts";
import type { NextCall } from "../next-call.ts";
import type { View } from "../standing.ts";
import type { LogBody } from "./body.ts";

/** What was asked about a log, as far as the answer repeats it. */
export interface LogQuestion {
  /** Lines from and up to these times only. */
  since?: string | undefined;
  until?: string | undefined;
  /** Only lines that match, or with `invert` those that do not. */
  grep?: string | undefined;
  invert?: boolean | undefined;
  /** The line waited for. */
  until_pattern?: string | undefined;
}

/** What was read of one job's log: the lines to show, secrets hidden, and all there is to say about them. */
export interface LogFacts {
  job: JobDescription;
  body: LogBody;
  /** ISO times of the oldest and the newest line in `body`. */
  span?: { first: string; last: string } | undefined;
  /** Lines read that may be shown. */
  lineCount: number;
  /** Lines that came behind the cursor, where not all of them could be kept. */
  newLineCount: number;
  /** The number of the first of them; only where reading began at the start of the log or at `since`. */
  firstLine?: number | undefined;
  /** Nothing was printed before them. */
  reachedStart: boolean;
  /** Reading back stopped at a place in the log: what lies before it was not wanted. */
  hasFloor: boolean;
  /** There are already more lines after the last one. */
  more: boolean;
  /** The newest line is not finished, and is among those in `body`. */
  isLastOpen: boolean;
  /** What a search found: all matches, and those shown; `unsearchedLines` are too long to be searched whole. */
  search?: { matches: number; shown: number; unsearchedLines: number } | undefined;
  /** The last lines of what was searched, where nothing was found. */
  tail?: LogBody | undefined;
  /** Whether the line waited for came, and whether everything was searched for it. */
  matched?: boolean | undefined;
  isWhole?: boolean | undefined;
  /** Nothing will follow. */
  ended: boolean;
  /** Why reading ended, and after how long; absent where nothing could be read. */
  ending?: LogTail["ending"] | undefined;
  tookMs?: number | undefined;
  linesRead: number;
  bytesRead: number;
  /** Why it could not be read, where others could. */
  trouble?: { code: string; message: string } | undefined;
}

/** A part of the lines of a body, by index: what is not shown of it. */
export interface Gap {
  from: number;
  to: number;
}

/** A call that reads on, and the cursor in it. */
export interface CursorCall extends NextCall {
  cursor: string;
}

/** Calls that read on from a page. */
export interface ReadOn {
  newer?: CursorCall | undefined;
  /** What was left out in the middle. */
  leftOut?: CursorCall | undefined;
  older?: CursorCall | undefined;
  /** More logs go on than one call may read: `first` reads on in the first few. */
  tooMany?: { logs: number; atOnce: number; first: NextCall } | undefined;
}

/** Parts of the logs of one or several jobs. */
export interface LogPage {
  asked: LogQuestion;
  /** The end of the log, what is new since a cursor, what is older, or the log from its start on. */
  direction: "last" | "new" | "older" | "first";
  jobs: JobDescription[];
  /** One for each of `jobs`; none where nothing was read. */
  logs: LogFacts[];
  view: View;
  /** The time asked for is still to come: nothing was read. */
  notYet?: { sinceMs: number; nowMs: number; instead: NextCall } | undefined;
  /** Older jobs of the selection whose logs were not read, and the call for the first of them. */
  beyond?: { jobs: number; orMore: boolean; atOnce: number; call: NextCall } | undefined;
  /** How to read on when these parts of the bodies, log by log, are not shown. */
  readOn(gaps?: readonly Gap[]): ReadOn;
}
