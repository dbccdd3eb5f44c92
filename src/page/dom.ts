type Child = Node | string | number | false | undefined | readonly Child[];
type Props = Record<string, string | number | boolean | undefined | ((event: Event) => unknown)>;

/** An element. Text becomes text, never markup: nothing in this page is made from HTML that came from elsewhere. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setProps(element, props);
  element.append(...nodesOf(children));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag: string, props: Props = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS(SVG, tag);
  setProps(element, props);
  element.append(...nodesOf(children));
  return element;
}

/** Puts other content into an element. */
export function fill(element: Element, ...children: Child[]): void {
  keepFocus(element, () => element.replaceChildren(...nodesOf(children)));
}

/** Fills what screen readers read out, if it has become something else: what was heard is not repeated. */
export function tell(element: Element, ...children: Child[]): void {
  const next = element.cloneNode();
  if (next instanceof Element) next.append(...nodesOf(children));
  if (!next.isEqualNode(element)) fill(element, [...next.childNodes]);
}

/** What had the focus has it after a change too, or else what is nearest to it. */
export function keepFocus(element: Element, change: () => void): void {
  const { activeElement: before } = document;
  const isInside = before !== null && before !== element && element.contains(before);
  const selection = before instanceof HTMLInputElement ? before.selectionStart : null;
  change();
  if (!isInside || before.isConnected) return;
  const same = [...element.querySelectorAll<HTMLElement>("button, input, select, summary, [tabindex]")].find(
    (other) => keyOf(other) === keyOf(before),
  );
  if (same === undefined) focusNear(element);
  else same.focus({ preventScroll: true });
  if (same instanceof HTMLInputElement && selection !== null) same.setSelectionRange(selection, selection);
}

/** Where somebody without a mouse goes on when what they used is gone. */
export function focusNear(element: Element | null): void {
  const place = element?.closest<HTMLElement>("[tabindex]") ?? document.querySelector<HTMLElement>("main h1");
  if (place?.tagName === "H1") place.tabIndex = -1;
  place?.focus({ preventScroll: true });
}

function keyOf(element: Element): string | null {
  const names = ["data-key", "id", "aria-label", "title"];
  return names.map((name) => element.getAttribute(name)).find(Boolean) ?? element.textContent;
}

function setProps(element: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  }
}

function nodesOf(children: readonly Child[]): (Node | string)[] {
  return children.flatMap((child): (Node | string)[] => {
    if (child === false || child === undefined) return [];
    if (isList(child)) return nodesOf(child);
    return [child instanceof Node ? child : String(child)];
  });
}

function isList(child: Child): child is readonly Child[] {
  return Array.isArray(child);
}
