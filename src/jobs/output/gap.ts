/**
 * So much beside a gap in a line is not shown: half a secret has no shape to be known by, and what names one may be
 * in the gap. No key is longer.
 */
const TORN_CHARS = 16_000;
/** Where a line is drawn anew; one at its end is a part of the newline. */
const REDRAWN = /\r+(?=[^\r])/g;

interface Printed {
  text: string;
  cut?: { at: number; characters: number } | undefined;
}

/** A line as printed, or one of the two ends of a line that is too long. */
export interface End {
  text: string;
  /** The place of the line among those printed. */
  from: number;
  side?: "head" | "tail";
  /** Characters left out beside it. */
  leftOut: number;
  /** What stands next to the gap is still to be left out, once secrets are hidden. */
  isTorn: boolean;
}

/** The two ends are looked at apart, so that nothing seems to span the gap. */
export function endsOf({ text, cut }: Printed, from: number): End[] {
  if (cut === undefined) return [{ text, from, leftOut: 0, isTorn: false }];
  const [head, tail] = [text.slice(0, cut.at), text.slice(cut.at)];
  // A progress bar is drawn anew long before and soon after.
  const last = head.lastIndexOf("\r", Math.max(0, head.length - TORN_CHARS));
  REDRAWN.lastIndex = TORN_CHARS;
  const next = REDRAWN.test(tail) ? REDRAWN.lastIndex : 0;
  const shownHead = last > 0 ? head.slice(0, last) : head;
  return [
    { text: shownHead, from, side: "head", leftOut: head.length - shownHead.length, isTorn: last <= 0 },
    { text: tail.slice(next), from, side: "tail", leftOut: cut.characters + next, isTorn: next === 0 },
  ];
}

/** What may be shown of an end whose secrets are hidden. */
export function untorn(text: string, { side, leftOut, isTorn }: End): { text: string; leftOut: number } {
  if (!isTorn) return { text, leftOut };
  const kept =
    side === "head"
      ? text.slice(0, Math.max(0, text.length - TORN_CHARS)).replace(/[\ud800-\udbff]$/, "")
      : text.slice(TORN_CHARS).replace(/^[\udc00-\udfff]/, "");
  return { text: kept, leftOut: leftOut + text.length - kept.length };
}
