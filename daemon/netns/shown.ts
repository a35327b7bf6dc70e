// Which namespaces are shown (--netns).

/** Whether the namespace of a label is; `labels` empty: all are. */
export function isShownAmong(labels: readonly string[]): (label: string) => boolean {
  const shown = new Set(labels);
  return (label) => shown.size === 0 || shown.has(label);
}
