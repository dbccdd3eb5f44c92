const MOST_CHARS = 2000;

/** What a person wrote, as one quoted line that cannot be taken for the prompt's own words. */
export function quote(text: string): string {
  return JSON.stringify(text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text);
}
