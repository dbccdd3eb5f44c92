import fc from "fast-check";

/** Colours, modes, character sets: what a terminal obeys and does not show, and what moves nothing. */
export const stillCode: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.nat(255), { maxLength: 4 }).map((numbers) => `\u001b[${numbers.join(";")}m`),
  fc.array(fc.nat(99), { minLength: 1, maxLength: 3 }).map((numbers) => `\u009b${numbers.join(";")}m`),
  fc.constantFrom(
    "\u001b[?25l",
    "\u001b[?2004h",
    "\u001b[38:2::1:2:3m",
    "\u001b[0 q",
    "\u001b[!p",
    "\u001b[K",
  ),
  fc
    .tuple(fc.constantFrom(..."()*+-./"), fc.constantFrom(..."0AB4<>"))
    .map(([set, which]) => `\u001b${set}${which}`),
  fc.constantFrom("\u001b#3", "\u001b%G", "\u001b(%5", "\u001b F"),
  fc.constantFrom(..."6789=>cDEHMNOVWZ|}~").map((letter) => `\u001b${letter}`),
);

const STARTS = [
  "\u001b]0;",
  "\u001b]8;;https://x.example/",
  "\u001b]52;c;",
  "\u001bP1$r",
  "\u001b_Gf=24;",
  "\u001b^",
  "\u001bX",
];
/** A title, a link, a picture: shown by no terminal, up to its end. */
export const codeString: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...STARTS),
    fc.constantFrom("", "title", "aGk=", "`"),
    fc.constantFrom("\u0007", "\u001b\\"),
  )
  .map((parts) => parts.join(""));

/** One that moves, erases, or never ends. */
export const restlessCode: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(fc.nat(400), fc.constantFrom(..."ABCDEFGHJKLMPSTXZdfr"))
    .map(([count, letter]) => `\u001b[${count}${letter}`),
  fc.constantFrom(
    ...STARTS,
    "\u001b",
    "\u001b[",
    "\u001b[31",
    "\u001b(",
    "\u009b",
    "\u0090",
    "\u009d0;x",
    "\u009c",
    "\u0085",
  ),
  fc.constantFrom("\r", "\b", "\b\b\b", "\f", "\v", "\0", "\u0007", "\u007f", "\u000e", "\u000f", "\u0084"),
);
