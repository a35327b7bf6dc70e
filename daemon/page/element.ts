// The document's elements, found by id with their type and changed only where something is new, so that focus, selection
// and screen readers are left in peace. Text from the daemon goes in as text.

/** Throws if the page has no such element: it and the script were not built together. */
export function find<T extends Element>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`find #${id}: the page has no ${type.name} of that id`);
}

/** The first of its type inside. */
export function findIn<T extends Element>(parent: ParentNode, selector: string, type: abstract new () => T): T {
  const found = parent.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`find ${selector}: the page has none`);
}

export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** As many children of this kind as there are texts. */
export function setItems(list: Element, tag: "li" | "option", texts: readonly string[]): void {
  while (list.children.length > texts.length) list.lastElementChild?.remove();
  for (const [at, text] of texts.entries()) {
    const child = list.children[at] ?? list.appendChild(document.createElement(tag));
    setText(child, text);
  }
}
