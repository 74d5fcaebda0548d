/** Said on a panel that does not show each node by itself, where that was asked for. */
export function NodesTogether() {
  return (
    <span class="tag" title="This panel shows all nodes together. Choose one above to see it alone.">
      all nodes
    </span>
  );
}
