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
  element.replaceChildren(...nodesOf(children));
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
