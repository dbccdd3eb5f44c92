/** `lifeSpan`, `life-span` and `Life Span` are `life_span`. */
export function plainName(key: string): string {
  return key
    .trim()
    .replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`)
    .replace(/[\s.-]+/g, "_")
    .toLowerCase();
}
