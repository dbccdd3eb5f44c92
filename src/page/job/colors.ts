/** Where a line has colours, as the tool tells it. */
export interface Run {
  from: number;
  to: number;
  color?: number | string;
  background?: number | string;
  bold?: true;
  dim?: true;
  italic?: true;
  underline?: true;
  inverse?: true;
}

/** The sixteen colours that terminals choose themselves, for a light and a dark page. */
const NAMED = [
  ...["#3b3f46 #9aa0a8", "#b3211e #ff8a80", "#13713a #5fd08c", "#835400 #f2bd55"],
  ...["#0b57c2 #82b4ff", "#8a2a9c #d99bea", "#0b6b75 #5fd0dc", "#565d66 #d0d4da"],
  ...["#565d66 #a5adb8", "#c8102e #ffa59d", "#0f7d3c #7fe3a6", "#8f5b00 #ffd27a"],
  ...["#1f66d6 #a3c8ff", "#9b35ae #e7b5f5", "#0a7580 #86e2ec", "#16191d #ffffff"],
];
const HEX = /^#[\da-f]{6}$/;

/** How a run is drawn. Colours of the job's own are drawn towards that of text, to be read on any page. */
export function styleOf({ bold, dim, italic, underline, inverse, ...run }: Run): string {
  const [front, back] = [colorOf(run.color), colorOf(run.background)];
  const [color, background] =
    inverse === true ? [back ?? "var(--soft)", front ?? "var(--ink)"] : [front, back];
  return [
    color && `color:${background === undefined ? `color-mix(in oklab,${color} 75%,var(--ink))` : color}`,
    background && `background:${background}`,
    bold && "font-weight:700",
    dim && "opacity:.75",
    italic && "font-style:italic",
    underline && "text-decoration:underline",
  ]
    .filter(Boolean)
    .join(";");
}

function colorOf(color: number | string | undefined): string | undefined {
  if (typeof color === "string") return HEX.test(color) ? color : undefined;
  if (color === undefined) return undefined;
  const named = NAMED[color];
  if (named !== undefined) return `light-dark(${named.replace(" ", ",")})`;
  if (color > 231) return `rgb(${[0, 0, 0].map(() => (color - 232) * 10 + 8).join()})`;
  const level = (step: number) => (step === 0 ? 0 : step * 40 + 55);
  const cube = color - 16;
  return `rgb(${[Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level).join()})`;
}
