/**
 * As much of a browser's document as the page uses. The library is checked without the types of a browser, and the
 * modules of the page can be loaded outside of one.
 *
 * @module
 */

/** An element. */
export interface Element extends EventTarget {
  textContent: string | null;
  hidden: boolean;
  value: string;
  readonly style: { setProperty(name: string, value: string): void };
  readonly dataset: Record<string, string | undefined>;
  readonly clientWidth: number;
  append(...nodes: readonly (Element | string)[]): void;
  prepend(...nodes: readonly (Element | string)[]): void;
  replaceChildren(...nodes: readonly (Element | string)[]): void;
  remove(): void;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  getBoundingClientRect(): { readonly left: number; readonly width: number };
  readonly lastElementChild: Element | null;
  readonly childElementCount: number;
}

interface Document {
  readonly documentElement: Element;
  title: string;
  getElementById(id: string): Element | null;
  createElement(tag: string): Element;
  createElementNS(namespace: string, tag: string): Element;
}

/** The document; there is none outside of a browser. */
export function page(): Document {
  return Reflect.get(globalThis, "document");
}

/** The element of the page with this id. */
export function byId(id: string): Element {
  const element = page().getElementById(id);
  if (element === null) throw new Error(`The page has no #${id}`);
  return element;
}

/** Attributes and contents; text is never read as HTML. */
function fill(element: Element, attributes: Readonly<Record<string, string>>, contents: readonly (Element | string)[]) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...contents);
  return element;
}

/** A new element of HTML. */
export function html(
  tag: string,
  attributes: Readonly<Record<string, string>> = {},
  ...contents: readonly (Element | string)[]
): Element {
  return fill(page().createElement(tag), attributes, contents);
}

/** A new element of SVG. */
export function svg(
  tag: string,
  attributes: Readonly<Record<string, string>> = {},
  ...contents: readonly (Element | string)[]
): Element {
  return fill(page().createElementNS("http://www.w3.org/2000/svg", tag), attributes, contents);
}

/** Sets the text, if it is another: nothing is drawn, or read out, for nothing. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets an attribute, if it is another; `undefined` takes it away. */
export function setAttribute(element: Element, name: string, value: string | undefined): void {
  if (value === undefined) {
    if (element.getAttribute(name) !== null) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
